// The language of the page: of what it says and of how it writes numbers. Switching draws the page anew.
"use strict";
(function (s) {
  const html = document.documentElement;
  const listeners = [];
  const kept = s.kept("language");
  let lang = kept === "vi" || kept === "en" ? kept : html.lang === "en" ? "en" : "vi";

  s.lang = () => lang;
  s.onLanguage = (f) => listeners.push(f);
  s.setLanguage = (to) => {
    lang = to === "en" ? "en" : "vi";
    s.kept("language", lang);
    html.lang = lang;
    listeners.forEach((f) => f(lang));
  };

  // pick gives a text in the language, or in the other where it has no such form.
  s.pick = (text) => {
    if (!text) return "";
    return lang === "en" ? text[1] || text[0] || "" : text[0] || text[1] || "";
  };

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (mark, key) => (values && key in values ? values[key] : mark));

  // t says something: t("made", {day: "..."}). of says what a code means: of("statuses", "P"), the code itself where nothing is known of it.
  s.t = (key, values) => fill(s.pick(s.words[key]) || key, values);
  s.of = (list, code) => (Object.hasOwn(s.words[list], code) ? s.pick(s.words[list][code]) : code || "");
  html.lang = lang;
})(window.statloom);
