// The policy `require-trusted-types-for 'script'` refuses a worker's plain address; this allows ours and nothing else.

export function allowWorker() {
  if (!globalThis.trustedTypes || trustedTypes.defaultPolicy) return;
  const ours = new URL(`${document.body.dataset.static}vendor/maplibre-gl/`, location.href).href;
  trustedTypes.createPolicy("default", {
    createScriptURL(text) {
      if (new URL(text, location.href).href.startsWith(ours)) return text;
      throw new TypeError("not one of our scripts");
    },
  });
}
