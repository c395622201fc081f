package excel

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/catalogue"
)

// writer makes one workbook.
type writer struct {
	release sinks.Release
	about   *catalogue.Catalogue
	options Options
	rows    int    // that a sheet takes
	lang    string // the workbook's language; the other one follows it
	report  bool   // the release holds the report

	file     *excelize.File
	styles   map[look]int
	names    sheetNames
	contents []entry // the sheets in their order
	notes    []sinks.Text

	indicators []indicatorSheet
	formulas   map[string]*formula // by the key of the indicator's row
	needed     map[string]*place   // rows that formulas need, by dataset and key
	at         map[string]place    // where the values of indicators stand, by the key of the indicator's row
}

// entry is a line of the contents.
type entry struct {
	sheet  string
	title  sinks.Text
	detail string
}

// place is a cell, or with column 0 a row of a data sheet.
type place struct {
	sheet       string
	column, row int
	columns     map[string]int // of a row: the columns by their names
	key         string         // of a row: a column that is never empty
	vintage     string         // of a row: since when it is known
}

func newWriter(r sinks.Release, about *catalogue.Catalogue, o Options) *writer {
	w := &writer{
		release: r, about: about, options: o, lang: "vi", file: excelize.NewFile(excelize.Options{TmpDir: r.Dir}), styles: map[look]int{}, names: sheetNames{},
		formulas: map[string]*formula{}, needed: map[string]*place{}, at: map[string]place{},
	}
	w.file.SetZipWriter(newExactZip)
	if r.Language == "en" {
		w.lang = "en"
	}
	if o.Report != "" {
		info, err := os.Stat(filepath.Join(r.Dir, o.Report))
		w.report = err == nil && info.IsDir()
	}
	return w
}

func (w *writer) close() { w.file.Close() }

// say gives a text in the workbook's language.
func (w *writer) say(vi, en string) string { return sinks.Text{VI: vi, EN: en}.In(w.lang) }

// other gives a text in the other language, or nothing where it has but one form.
func (w *writer) other(t sinks.Text) string {
	o := t.EN
	if w.lang == "en" {
		o = t.VI
	}
	if o == t.In(w.lang) {
		return ""
	}
	return o
}

// fill writes all sheets. Sheets point at each other, so their names and places are settled first; the data comes before the
// indicators, whose formulas point into it.
func (w *writer) fill(ctx context.Context) error {
	if err := w.file.SetDefaultFont("Arial"); err != nil {
		return err
	}
	if err := w.properties(); err != nil {
		return err
	}
	cover := w.add(w.say("Bìa", "Cover"), sinks.Text{VI: "Bìa", EN: "Cover"}, "")
	targets := ""
	if w.about.Has("targets") {
		targets = w.add(w.say("Mục tiêu", "Targets"), sinks.Text{VI: "Mục tiêu", EN: "Targets"}, "")
	}
	if err := w.readIndicators(ctx); err != nil {
		return err
	}
	data, err := w.planData()
	if err != nil {
		return err
	}
	notes := w.add(w.say("Ghi chú", "Notes"), sinks.Text{VI: "Ghi chú và nguồn", EN: "Notes and sources"}, "")
	columns := w.add(w.say("Cột", "Columns"), sinks.Text{VI: "Ý nghĩa các cột", EN: "What the columns mean"}, "")
	if err := w.makeSheets(); err != nil {
		return err
	}
	if err := w.readFormulas(ctx); err != nil {
		return err
	}
	for _, d := range data {
		if err := w.writeData(ctx, d); err != nil {
			return fmt.Errorf("sheet %s: %w", d.sheets[0], err)
		}
	}
	for i := range w.indicators {
		if err := w.writeIndicator(&w.indicators[i]); err != nil {
			return fmt.Errorf("sheet %s: %w", w.indicators[i].sheet, err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	if targets != "" {
		if err := w.writeTargets(ctx, targets); err != nil {
			return fmt.Errorf("sheet %s: %w", targets, err)
		}
	}
	if err := w.writeNotes(notes); err != nil {
		return fmt.Errorf("sheet %s: %w", notes, err)
	}
	if err := w.writeColumns(columns, data); err != nil {
		return fmt.Errorf("sheet %s: %w", columns, err)
	}
	if err := w.writeCover(cover); err != nil {
		return fmt.Errorf("sheet %s: %w", cover, err)
	}
	return nil
}

// add takes a name for a sheet and lists it in the contents.
func (w *writer) add(want string, title sinks.Text, detail string) string {
	name := w.names.take(want)
	w.contents = append(w.contents, entry{name, title, detail})
	return name
}

func (w *writer) makeSheets() error {
	for i, e := range w.contents {
		if i == 0 {
			if err := w.file.SetSheetName(w.file.GetSheetName(0), e.sheet); err != nil {
				return err
			}
			continue
		}
		if _, err := w.file.NewSheet(e.sheet); err != nil {
			return fmt.Errorf("make the sheet %s: %w", e.sheet, err)
		}
	}
	return nil
}

func (w *writer) properties() error {
	made := w.release.Time.UTC().Format("2006-01-02T15:04:05Z")
	if err := w.file.SetAppProps(&excelize.AppProperties{Application: "statloom"}); err != nil {
		return err
	}
	return w.file.SetDocProps(&excelize.DocProperties{
		Title: cut(w.release.Name.In(w.lang), 255), Subject: cut(w.other(w.release.Name), 255), Identifier: w.release.ID, Language: w.lang,
		Creator: "statloom", LastModifiedBy: "statloom", Created: made, Modified: made, Category: w.say("Bản phát hành số liệu", "Data release"),
	})
}

// sheetNames keeps the names of sheets apart, as Excel does: without regard to case.
type sheetNames map[string]bool

// take gives a name that Excel takes for a sheet: at most 31 UTF-16 units, none of \ / ? * [ ] :, no ' at its ends, and
// unlike every other.
func (n sheetNames) take(want string) string {
	clean := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`\/?*[]:`, r) || r < ' ' {
			return '-'
		}
		return r
	}, strings.ToValidUTF8(want, "-"))
	clean = strings.Trim(clean, "' ")
	if clean == "" || strings.EqualFold(clean, "history") { // a name that Excel keeps for itself
		clean += "_"
	}
	for i := 1; ; i++ {
		suffix := ""
		if i > 1 {
			suffix = fmt.Sprintf(" (%d)", i)
		}
		name := strings.TrimRight(cut(clean, 31-len(suffix)), "' ") + suffix
		if key := strings.ToLower(name); !n[key] {
			n[key] = true
			return name
		}
	}
}

// cut shortens a text to so many UTF-16 units, which is how Excel counts.
func cut(s string, units int) string {
	if len(s) <= units {
		return s
	}
	n := 0
	for i, r := range s {
		if n += max(1, utf16.RuneLen(r)); n > units {
			return s[:i]
		}
	}
	return s
}

// quoted is a sheet's name as formulas write it.
func quoted(sheet string) string { return "'" + strings.ReplaceAll(sheet, "'", "''") + "'" }

// cellName is an address such as B7; columns and rows count from 1 and are within Excel's bounds.
func cellName(column, row int) string {
	name, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		return "A1"
	}
	return name
}
