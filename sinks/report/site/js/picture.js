// Charts as pictures to keep: SVG, and PNG made of it. Both are drawn for white paper and say what they show and whence.
"use strict";
(function (s) {
  const h = s.h;
  const W = 960, H = 540, L = 70, R = 24, T = 92, B = 92;
  const colors = { accent: "#0b6158", goal: "#a3431b", grey: "#8a8078", "c-1": "#0b6158", "c-2": "#a3431b", "c-3": "#5a4a9c", "c-4": "#7a6200", "c-5": "#1d5fa0", "c-6": "#8c2f5e" };
  const dashes = { path: "2 5", projection: "8 5", vintage: "3 3" };

  const nice = (min, max) => {
    const span = max - min || Math.abs(max) || 1;
    const raw = span / 5, power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 2.5, 5, 10].map((k) => k * power).find((k) => k >= raw);
    const list = [];
    for (let v = Math.ceil(min / step) * step; v <= max + step * 1e-9; v += step) list.push(Math.round(v / step) * step);
    return list;
  };

  // svg draws the spec of a chart.
  const svg = (spec) => {
    const all = spec.lines.flatMap((l) => [l.values, l.low || [], l.high || []].flat()).filter((v) => v !== null && v !== undefined);
    let lo = Math.min(...all), hi = Math.max(...all);
    const pad = (hi - lo || Math.abs(hi) || 1) * 0.08;
    lo -= pad; hi += pad;
    const xs = spec.periods.map((p) => p.at), x0 = Math.min(...xs), x1 = Math.max(...xs);
    const x = (v) => (x1 === x0 ? (L + W - R) / 2 : L + 16 + ((v - x0) / (x1 - x0)) * (W - L - R - 32));
    const y = (v) => H - B - ((v - lo) / (hi - lo)) * (H - T - B);
    const at = (i, v) => x(spec.periods[i].at).toFixed(1) + " " + y(v).toFixed(1);
    const has = (v) => v !== null && v !== undefined;
    const text = (tx, ty, content, more) => h("text", { x: tx, y: ty, "font-size": 14, fill: "#4f453d", ...more }, content);
    const parts = [h("rect", { width: W, height: H, fill: "#ffffff" }), text(L - 46, 34, spec.title, { "font-size": 20, "font-weight": 700, fill: "#2a2420" }), text(L - 46, 58, spec.subtitle)];
    for (const v of nice(lo, hi)) {
      parts.push(h("line", { x1: L, x2: W - R, y1: y(v), y2: y(v), stroke: "#e4dacb" }), text(L - 8, y(v) + 5, s.compact(v), { "text-anchor": "end" }));
    }
    for (const v of s.chartTicks(xs, W)) {
      parts.push(text(x(v), H - B + 24, s.shortPeriod(spec.periods.find((p) => p.at === v).id), { "text-anchor": "middle" }));
    }
    let keyX = L;
    for (const l of spec.lines) {
      const c = colors[l.color] || colors.grey;
      const points = l.values.map((v, i) => (has(v) ? [i, v] : null)).filter(Boolean);
      if (l.low) {
        const up = l.high.map((v, i) => (has(v) ? at(i, v) : null)).filter(Boolean), down = l.low.map((v, i) => (has(v) ? at(i, v) : null)).filter(Boolean).reverse();
        parts.push(h("path", { d: "M" + up.concat(down).join("L") + "Z", fill: c, "fill-opacity": 0.14 }));
      }
      if (l.kind !== "points") {
        let d = "", gap = true;
        l.values.forEach((v, i) => {
          if (has(v)) { d += (gap ? "M" : "L") + at(i, v); gap = false; } else if (l.kind === "line") gap = true;
        });
        parts.push(h("path", { d, fill: "none", stroke: c, "stroke-width": l.kind === "line" ? 2.5 : 1.75, "stroke-dasharray": dashes[l.kind] }));
      }
      for (const [i, v] of points) {
        const [cx, cy] = at(i, v).split(" ");
        parts.push(h("circle", { cx, cy, r: l.kind === "points" ? 4.5 : 3.2, fill: l.kind === "points" ? "#ffffff" : c, stroke: c, "stroke-width": l.kind === "points" ? 2 : 0 }));
      }
      parts.push(h("line", { x1: keyX, x2: keyX + 24, y1: H - 44, y2: H - 44, stroke: c, "stroke-width": 2.5, "stroke-dasharray": dashes[l.kind] }), text(keyX + 30, H - 39, l.name, { "font-size": 13 }));
      keyX += 52 + l.name.length * 7.2;
    }
    parts.push(text(L - 46, H - 14, spec.footer, { "font-size": 12 }));
    const root = h("svg", { xmlns: "http://www.w3.org/2000/svg", width: W, height: H, viewBox: "0 0 " + W + " " + H, "font-family": "system-ui, 'Segoe UI', 'Noto Sans', 'Liberation Sans', sans-serif" }, h("title", null, spec.label), parts);
    return new XMLSerializer().serializeToString(root);
  };

  s.saveSVG = (name, spec) => s.save(name + ".svg", new Blob([svg(spec)], { type: "image/svg+xml" }));

  s.savePNG = (name, spec) => new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => {
      const canvas = h("canvas", { width: W * 2, height: H * 2 });
      canvas.getContext("2d").drawImage(image, 0, 0, W * 2, H * 2);
      canvas.toBlob((blob) => { s.save(name + ".png", blob); resolve(); }, "image/png");
    };
    image.onerror = () => reject(new Error(name));
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(svg(spec));
  });

  // downloads are the buttons below a chart; rows gives the table to save.
  s.downloads = (name, spec, rows) => h("p", { class: "downloads" },
    h("button", { type: "button", onclick: () => s.csv(name + ".csv", rows()) }, s.t("downloadCSV")), spec ? [
      h("button", { type: "button", onclick: () => s.savePNG(name, spec) }, s.t("downloadPNG")), h("button", { type: "button", onclick: () => s.saveSVG(name, spec) }, s.t("downloadSVG"))] : null);
})(window.statloom);
