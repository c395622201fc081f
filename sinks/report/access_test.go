package report_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// axeFile is where make browser puts axe-core, the checker of accessibility. It is no part of what is shipped.
const axeFile = "../../tools/axe/node_modules/axe-core/axe.min.js"

// access looks for violations of WCAG 2.2 AA with axe-core: on every kind of page, in both themes and languages, and in the
// trace with its sheet.
func (b *tab) access(base string, pages []string) {
	axe, err := os.ReadFile(filepath.FromSlash(axeFile))
	if err != nil {
		absent(b.t, "axe-core is missing: make browser installs it")
	}
	for _, page := range pages {
		b.goTo(base + page)
		b.check(string(axe), page)
	}
	b.goTo(base + "index.html#trace=SHARE&time_period=2024&industry=_T")
	b.until(`document.querySelector("dialog .cellref")`)
	b.click(`dialog .cellref`)
	b.until(`document.querySelector("dialog .mark")`)
	b.check(string(axe), "the trace")
}

// check runs axe on what is open.
func (b *tab) check(axe, page string) {
	b.js(axe)
	for _, language := range []string{"en", "vi"} {
		for _, theme := range []string{"dark", "light"} {
			b.js(`statloom.setLanguage("` + language + `"); statloom.setTheme("` + theme + `"); window.found = null`)
			b.until(`!document.querySelector("dialog[open]") || document.querySelector("dialog .cellref")`)
			b.js(`axe.run(document, {preload: false, resultTypes: ["violations"], rules: {"target-size": {enabled: true}}}).then((r) => { window.found = JSON.stringify(r.violations.map((v) => [v.id, v.help, v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200) + " " + n.failureSummary)])); }, (e) => { window.found = JSON.stringify([["error", String(e), []]]); })`)
			b.until(`window.found`)
			var found [][]any
			if err := json.Unmarshal([]byte(b.ask(`window.found`)), &found); err != nil {
				b.t.Fatal(err)
			}
			for _, v := range found {
				text, _ := json.Marshal(v)
				b.t.Errorf("%s, %s, %s: %s", page, language, theme, strings.ReplaceAll(string(text), `\n`, " "))
			}
		}
	}
}
