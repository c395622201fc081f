package main

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/release"
)

// currentRelease gives the release that readers get.
func currentRelease(s *release.Shelf) (release.Info, error) {
	info, ok, err := s.Current()
	if err == nil && !ok {
		err = &fault.Error{Kind: fault.Failed, What: "there is no release yet", Remedy: "make one: statloom run"}
	}
	return info, err
}

// databaseFile finds the DuckDB file of a release by its manifest; id "" is the current one. The path is that of the
// release itself, not of the pointer, so that what is open stays what it is.
func databaseFile(data, id string) (string, error) {
	shelf, err := release.Open(data)
	if err != nil {
		return "", err
	}
	var info release.Info
	if id == "" {
		if info, err = currentRelease(shelf); err != nil {
			return "", err
		}
	} else {
		info.ID, info.Dir = id, filepath.Join(data, "releases", id)
		if info.Manifest, err = release.ReadManifest(info.Dir); err != nil {
			return "", &fault.Error{Kind: fault.Failed, What: "open release " + id, Err: err, Remedy: "see: statloom release list"}
		}
	}
	for _, f := range info.Files {
		if path.Ext(f.Path) == ".duckdb" {
			return filepath.Join(info.Dir, filepath.FromSlash(f.Path)), nil
		}
	}
	return "", &fault.Error{Kind: fault.Failed, What: "release " + info.ID + " holds no DuckDB file",
		Remedy: "add the sink duckdb to the configuration and run again"}
}

// showRelease prints the targets of a release and where its files are.
func (a *app) showRelease(ctx context.Context, cfg *config.Config, id string) error {
	w := words(cfg.Language)
	dir := filepath.Join(cfg.DataDir(), "releases", id)
	m, err := release.ReadManifest(dir)
	if err != nil {
		return err
	}
	if len(cfg.Targets) > 0 {
		if err := a.showTargets(ctx, cfg, id); err != nil {
			return err
		}
	}
	if m.Illustrative {
		fmt.Fprintln(a.out, a.paint(yellow, w.illustrative))
	}
	current := filepath.Join(cfg.DataDir(), "current")
	if page := firstPage(m); page != "" {
		fmt.Fprintf(a.out, "Report    %s\n", a.shortPath(filepath.Join(current, page)))
	}
	for _, f := range m.Files {
		if path.Ext(f.Path) == ".xlsx" {
			fmt.Fprintf(a.out, "Workbook  %s\n", a.shortPath(filepath.Join(current, f.Path)))
		}
	}
	for _, f := range m.Files {
		if path.Ext(f.Path) == ".duckdb" {
			fmt.Fprintf(a.out, "DuckDB    %s\n", a.shortPath(filepath.Join(current, f.Path)))
		}
	}
	for _, f := range m.Files {
		if path.Ext(f.Path) == ".parquet" {
			folder := filepath.Join(current, filepath.Dir(f.Path))
			fmt.Fprintf(a.out, "Parquet   %s\n", a.shortPath(filepath.Join(folder, "*.parquet")))
			break
		}
	}
	_, err = fmt.Fprintf(a.out, "Manifest  %s\n", a.shortPath(filepath.Join(current, release.ManifestName)))
	return err
}

// firstPage gives the first page of the report of a release, "" where it has none.
func firstPage(m release.Manifest) string {
	for _, f := range m.Files {
		if path.Base(f.Path) == "index.html" && strings.Count(f.Path, "/") == 1 {
			return filepath.FromSlash(f.Path)
		}
	}
	return ""
}

// showTargets prints the targets of a release as a table for people.
func (a *app) showTargets(ctx context.Context, cfg *config.Config, id string) (err error) {
	file, err := databaseFile(cfg.DataDir(), id)
	if err != nil {
		return err
	}
	db, err := duck.Open(ctx, file, duck.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	w := words(cfg.Language)
	name := "name_en"
	if cfg.Language == "vi" {
		name = "name_vi"
	}
	result, err := db.Query(ctx, `SELECT t.`+name+`, t.comparison, t.target_value, t.period, t.unit, t.actual_period, t.actual_value,
		t.actual_low, t.actual_high, t.gap, t.required_growth, t.status, coalesce(c.decimals, 0)
		FROM targets t LEFT JOIN indicator_catalogue c ON c.indicator = t.indicator`)
	if err != nil {
		return err
	}
	defer result.Close()
	out := newRows(a.out, "table", w.target, w.goal, w.by, w.latest, w.value, w.gap, w.required, w.status)
	out.fit(a.width)
	out.right(3, 4, 5, 6, 7)
	for result.Next() {
		var name, comparison, period, unit, status string
		var goal float64
		var decimals int
		var at *string
		var value, low, high, gap, growth *float64
		if err := result.Scan(&name, &comparison, &goal, &period, &unit, &at, &value, &low, &high, &gap, &growth, &status, &decimals); err != nil {
			return err
		}
		num := func(v *float64) string { return number(v, decimals, cfg.Language) }
		shown := num(value)
		if low != nil && high != nil {
			shown += "\n" + num(low) + " – " + num(high) // the band, below what it is about
		}
		when := ""
		if at != nil {
			when = *at
		}
		sign := map[string]string{"about": w.about, ">=": "≥", "<=": "≤"}[comparison]
		if sign == "" {
			sign = comparison
		}
		short := strconv.FormatFloat(goal, 'f', -1, 64)
		required := "—"
		if growth != nil && status != "reached" {
			required = signed(growth, 1, cfg.Language) + " %"
		}
		err := out.row(name, strings.TrimSpace(sign+" "+localise(short, cfg.Language)+" "+unit), period, when, shown, signed(gap, decimals, cfg.Language), required,
			a.paint(statusColor(status), standing(status, cfg.Language)))
		if err != nil {
			return err
		}
	}
	if err := result.Err(); err != nil {
		return err
	}
	return out.end()
}

// number prints a value with a fixed number of decimals in the language's form; a missing one is an em dash.
func number(v *float64, decimals int, language string) string {
	if v == nil {
		return "—"
	}
	return localise(strconv.FormatFloat(*v, 'f', decimals, 64), language)
}

func signed(v *float64, decimals int, language string) string {
	text := number(v, decimals, language)
	if v != nil && *v > 0 {
		return "+" + text
	}
	return strings.Replace(text, "-", "−", 1)
}

// localise puts the language's decimal sign in a number.
func localise(text, language string) string {
	if language == "vi" {
		return strings.Replace(text, ".", ",", 1)
	}
	return text
}
