"""Response headers that keep a page to itself: a strict content security policy with a nonce a response."""

import secrets

from flask import Flask, Response, g, request

from app.errors import BadRequest

# Trusted Types: the page's scripts build their documents node by node, so no string ever becomes markup.
_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)


def csp_nonce() -> str:
    """Give this response's nonce for `<script nonce=…>`."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def set_headers(response: Response) -> Response:
    """Set the security headers on every response, errors included."""
    if "Content-Security-Policy" not in response.headers:  # a file that is taken away has one of its own
        response.headers["Content-Security-Policy"] = _POLICY.format(nonce=csp_nonce())
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "geolocation=(self), camera=(), microphone=()"
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


def refuse_nul() -> None:
    """Refuse a NUL in the address or in JSON: no text column can hold it, and no officer types it.

    Raises
    ------
    BadRequest
    """
    texts = [request.path, *request.args.keys(), *request.args.values()]
    if any("\0" in words for words in texts) or (request.is_json and b"\\u0000" in request.get_data(cache=True)):
        raise BadRequest("A text in the request holds a NUL character.")


def register(app: Flask) -> None:
    """Register the headers and the nonce for templates."""
    app.before_request(refuse_nul)
    app.after_request(set_headers)
    app.jinja_env.globals["csp_nonce"] = csp_nonce
