// Makes elements. Whatever a book holds goes in as text: there is no markup made of strings anywhere in these scripts.
"use strict";
(function (s) {
  const svgNames = new Set(["svg", "path", "circle", "line", "g", "text", "title", "rect"]);

  // h makes an element: h("p", {class: "note"}, "text", child, [more]).
  s.h = (name, props, ...children) => {
    const svg = svgNames.has(name);
    const e = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
    for (const [key, value] of Object.entries(props || {})) {
      if (value === undefined || value === null || value === false) continue;
      if (key.startsWith("on")) e.addEventListener(key.slice(2), value);
      else if (key === "value") e.value = value;
      else e.setAttribute(key, value === true ? "" : value);
    }
    append(e, children);
    return e;
  };
  const append = (e, children) => {
    for (const c of children) {
      if (Array.isArray(c)) append(e, c);
      else if (c !== null && c !== undefined && c !== false && c !== "") e.append(c);
    }
  };
  s.add = (e, ...children) => append(e, children);
  s.fill = (e, ...children) => { e.replaceChildren(); append(e, children); };

  let ids = 0;
  s.id = (prefix) => prefix + "-" + ++ids;

  // link goes to another page of the site.
  s.pageLink = (kind, file, text, props) => s.h("a", { href: s.root + kind + "/" + file + ".html", ...props }, text);

  // num is a number that leads to where it comes from.
  s.num = (text, href, label) => s.h("a", { class: "num", href, title: s.t("howComputed"), "aria-label": label }, text);
  // What a number comes from has an address behind #: a value of an indicator by its period and dimensions, as other forms of
  // the release write it too, or a cell of a book.
  s.valueRef = (indicator, period, dimensions, at) => {
    const q = new URLSearchParams([["trace", indicator], ["time_period", period], ...dimensions.map((d, i) => [d.id || d, at[i]])]);
    return "#" + q;
  };
  s.cellRef = (book, sheet, cell) => "#" + new URLSearchParams([["book", book], ["sheet", sheet], ["cell", cell]]);

  // save hands a file to the reader.
  s.save = (name, content) => {
    const a = s.h("a", { href: URL.createObjectURL(content), download: name });
    document.body.append(a);
    a.click();
    a.remove();
    setTimeout(() => URL.revokeObjectURL(a.href), 10000);
  };

  // csv writes rows for spreadsheets. A text that a spreadsheet would take for a formula is given as text.
  s.csv = (name, rows) => {
    const quote = (v) => {
      if (v === null || v === undefined) return "";
      if (typeof v === "number") return String(v);
      const text = /^[=+\-@\t\r]/.test(v) ? "'" + v : String(v);
      return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
    };
    s.save(name, new Blob(["\ufeff" + rows.map((r) => r.map(quote).join(",")).join("\r\n") + "\r\n"], { type: "text/csv;charset=utf-8" }));
  };

  // say tells screen readers of something.
  s.say = (text) => {
    let live = document.getElementById("live");
    if (!live) {
      live = s.h("div", { id: "live", class: "sr", "aria-live": "polite" });
      document.body.append(live);
    }
    live.textContent = text;
  };

  // section is a part of a page under its heading.
  s.section = (title, ...children) => s.h("section", { class: "part" }, s.h("h2", null, title), ...children);
  s.facts = (pairs) => s.h("dl", { class: "facts" }, pairs.filter((p) => p && p[1]).map(([k, v]) => s.h("div", null, s.h("dt", null, k), s.h("dd", null, v))));
  s.badge = (text, kind) => s.h("span", { class: "badge " + (kind || "") }, text);
  s.madeUp = (yes) => yes && s.badge(s.t("madeUpShort"), "made");
})(window.statloom);
