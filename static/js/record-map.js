// The small map of a record's cells, darker where more of the record lies.
import * as maplibre from "maplibre-gl";
import { ramp, stepColour } from "./colours.js";
import { byId } from "./dom.js";
import { allowWorker } from "./policy.js";
import { GROUND, buildStyle } from "./style.js";
import { onTheme, theme } from "./theme.js";

/** `shapes` are cells with mass and boundary, the heaviest first. */
export function drawRecordMap(shapes) {
  const box = byId("record-map");
  allowWorker();
  const ring = (cell) => [...cell.boundary, cell.boundary[0]];
  const data = { type: "FeatureCollection", features: shapes.map((cell) => ({ type: "Feature", properties: { mass: cell.mass }, geometry: { type: "Polygon", coordinates: [ring(cell)] } })) };
  const most = shapes[0].mass;
  const edges = shapes.length === 1 ? [] : [0.2, 0.4, 0.6, 0.8].map((share) => share * most);
  const style = () => buildStyle(theme(), {
    sources: { record: { type: "geojson", data } },
    cells: [
      { id: "record", type: "fill", source: "record", paint: { "fill-color": stepColour(["get", "mass"], edges, ramp(theme(), edges.length + 1)), "fill-opacity": 0.75 } },
      { id: "record-edge", type: "line", source: "record", paint: { "line-color": theme() === "dark" ? GROUND.dark.land : "#8a5a2b", "line-width": 1 } },
    ],
    overlays: [],
  });
  const bounds = new maplibre.LngLatBounds();
  for (const cell of shapes) for (const corner of cell.boundary) bounds.extend(corner);
  const map = new maplibre.Map({ container: box, style: style(), bounds, fitBoundsOptions: { padding: 40, maxZoom: 14 }, attributionControl: false, dragRotate: false, scrollZoom: false, maxZoom: 16 });
  onTheme(() => map.setStyle(style(), { diff: false }));
}
