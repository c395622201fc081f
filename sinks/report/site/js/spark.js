// Small pictures of a series. What they show stands in words beside them.
"use strict";
(function (s) {
  const h = s.h;

  // spark draws [[year, value], ...] with, where there is one, the target as {at, value}.
  s.spark = (points, target, label) => {
    const width = 220, height = 56, pad = 7;
    const xs = points.map((p) => p[0]), ys = points.map((p) => p[1]);
    if (target) { xs.push(target.at); ys.push(target.value); }
    const x0 = Math.min(...xs), x1 = Math.max(...xs), y0 = Math.min(...ys), y1 = Math.max(...ys);
    const x = (v) => (x1 === x0 ? width / 2 : pad + ((v - x0) / (x1 - x0)) * (width - 2 * pad));
    const y = (v) => (y1 === y0 ? height / 2 : height - pad - ((v - y0) / (y1 - y0)) * (height - 2 * pad));
    const last = points[points.length - 1];
    const parts = [];
    if (target) parts.push(h("line", { class: "spark-goal", x1: 0, x2: width, y1: y(target.value).toFixed(1), y2: y(target.value).toFixed(1) }));
    if (points.length > 1) parts.push(h("path", { class: "spark-line", d: "M" + points.map((p) => x(p[0]).toFixed(1) + " " + y(p[1]).toFixed(1)).join("L") }));
    if (last && target) parts.push(h("path", { class: "spark-way", d: "M" + x(last[0]).toFixed(1) + " " + y(last[1]).toFixed(1) + "L" + x(target.at).toFixed(1) + " " + y(target.value).toFixed(1) }));
    if (last) parts.push(h("circle", { class: "spark-dot", cx: x(last[0]).toFixed(1), cy: y(last[1]).toFixed(1), r: 4 }));
    if (target) parts.push(h("circle", { class: "spark-target", cx: x(target.at).toFixed(1), cy: y(target.value).toFixed(1), r: 4 }));
    return h("svg", { class: "spark", viewBox: "0 0 " + width + " " + height, role: label ? "img" : null, "aria-label": label, "aria-hidden": label ? null : "true", focusable: "false" }, parts);
  };
})(window.statloom);
