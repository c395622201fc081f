// Numbers, days and periods in the form of the language: 1.234,5 and 1,234.5.
"use strict";
(function (s) {
  const cache = new Map();
  const formatter = (options) => {
    const key = s.lang() + JSON.stringify(options);
    if (!cache.has(key)) cache.set(key, new Intl.NumberFormat(s.lang() === "en" ? "en-GB" : "vi-VN", options));
    return cache.get(key);
  };

  // number writes a number; without decimals all digits that matter are shown.
  s.number = (v, decimals) => {
    if (v === null || v === undefined) return "–";
    if (decimals === undefined) return formatter({ maximumSignificantDigits: 12 }).format(v);
    return formatter({ minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(v).replace(/^-(0([.,]0+)?)$/, "$1");
  };
  s.compact = (v) => formatter({ notation: Math.abs(v) >= 1e6 ? "compact" : "standard", maximumSignificantDigits: 4 }).format(v);
  s.percent = (v, decimals = 1) => s.number(v, decimals) + (s.lang() === "en" ? "%" : "\u00a0%");
  s.signed = (v, decimals) => (v > 0 ? "+" : "") + s.number(v, decimals);
  s.unit = (u) => s.of("units", u || "");
  s.withUnit = (v, decimals, unit) => {
    if (v === null || v === undefined) return s.t("missing");
    const u = s.unit(unit);
    return s.number(v, decimals) + (u === "%" && s.lang() === "en" ? "%" : u ? "\u00a0" + u : "");
  };

  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const two = (n) => String(n).padStart(2, "0");

  // day writes 2024-06-30, or the day of a time.
  s.day = (d) => {
    const m = /^(\d{4})-(\d\d)-(\d\d)/.exec(d || "");
    if (!m) return d || "";
    return s.lang() === "en" ? Number(m[3]) + " " + months[m[2] - 1] + " " + m[1] : m[3] + "/" + m[2] + "/" + m[1];
  };
  s.instant = (d) => {
    const m = /T(\d\d:\d\d)/.exec(d || "");
    return s.day(d) + (m ? " " + m[1] + " UTC" : "");
  };

  const roman = ["I", "II", "III", "IV"];

  // period writes an SDMX time period for people.
  s.period = (id) => {
    const en = s.lang() === "en";
    let m = /^(\d{4})-(\d\d)-\d\d\/P(\d+)M$/.exec(id);
    if (m) {
      const last = Number(m[2]) + Number(m[3]) - 1;
      if (m[2] === "01" && last <= 12) return en ? "Jan–" + months[last - 1] + " " + m[1] : m[3] + " tháng " + m[1];
    }
    m = /^(\d{4})-Q(\d)$/.exec(id);
    if (m) return en ? "Q" + m[2] + " " + m[1] : "quý " + roman[m[2] - 1] + "/" + m[1];
    m = /^(\d{4})-S(\d)$/.exec(id);
    if (m) return en ? "H" + m[2] + " " + m[1] : (m[2] === "1" ? "6 tháng đầu " : "6 tháng cuối ") + m[1];
    m = /^(\d{4})-(\d\d)$/.exec(id);
    if (m) return en ? months[m[2] - 1] + " " + m[1] : "tháng " + Number(m[2]) + "/" + m[1];
    m = /^\d{4}-\d\d-\d\d$/.exec(id);
    if (m) return s.day(id);
    return id;
  };

  // at gives where a period stands on an axis of years: at its end.
  s.at = (id) => {
    let m = /^(\d{4})$/.exec(id);
    if (m) return Number(m[1]) + 1;
    m = /^(\d{4})-([QS])(\d)$/.exec(id);
    if (m) return Number(m[1]) + Number(m[3]) / (m[2] === "Q" ? 4 : 2);
    m = /^(\d{4})-(\d\d)-\d\d\/P(\d+)M$/.exec(id);
    if (m) return Number(m[1]) + (Number(m[2]) - 1 + Number(m[3])) / 12;
    m = /^(\d{4})-(\d\d)$/.exec(id);
    if (m) return Number(m[1]) + Number(m[2]) / 12;
    m = /^(\d{4})-(\d\d)-(\d\d)$/.exec(id);
    if (m) return Number(m[1]) + (Number(m[2]) - 1 + Number(m[3]) / 31) / 12;
    m = /^(\d{4})/.exec(id);
    return m ? Number(m[1]) : NaN;
  };

  // fold makes texts comparable for searching: without case and marks.
  s.fold = (text) => String(text).normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();

  // dimension names a column that tells rows apart; one without a name is known by what it is called in SQL.
  s.dimension = (d) => (d.name[0] === d.id ? s.of("dimensions", d.id) : s.pick(d.name));

  // code says what a code of a dimension means.
  s.code = (dimension, code) => {
    if (code === "" || code === null || code === undefined) return "–";
    const label = dimension.labels && Object.hasOwn(dimension.labels, code) ? s.pick(dimension.labels[code]) : "";
    if (dimension.id === "price_base" || dimension.id === "prices") return code === "current" ? s.t("currentPrices") : s.t("constantPrices", { base: code });
    if (code === "_T") return label || s.t("total");
    return label || code;
  };
  s.codeWith = (dimension, code) => {
    const label = s.code(dimension, code);
    return label === code || code === "_T" || dimension.id === "price_base" ? label : code + " · " + label;
  };
})(window.statloom);
