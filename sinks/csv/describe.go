package csv

import (
	"slices"
	"strings"

	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/catalogue"
)

// describer writes what a release says of itself in the words of others.
type describer struct {
	release sinks.Release
	about   *catalogue.Catalogue
	files   []file
	options Options
}

// object is a JSON object.
type object = map[string]any

// dataset gives what is said of a table that is a dataset.
func (d describer) dataset(table string) (catalogue.Dataset, bool) {
	id := strings.TrimSuffix(table, "_history")
	i := slices.IndexFunc(d.about.Datasets, func(s catalogue.Dataset) bool { return s.ID == id })
	if i < 0 {
		return catalogue.Dataset{}, false
	}
	return d.about.Datasets[i], true
}

// title names a table in both languages.
func (d describer) title(f file) sinks.Text {
	if s, ok := d.dataset(f.Name()); ok && s.ID == f.Name() {
		return s.Name
	}
	vi, en, two := strings.Cut(f.Comment(), " — ")
	if !two {
		en = vi
	}
	if vi == "" {
		return sinks.Text{VI: f.Name(), EN: f.Name()}
	}
	return sinks.Text{VI: vi, EN: en}
}

// key gives the columns that identify a row, none where that is not known.
func (d describer) key(f file) []string {
	if s, ok := d.dataset(f.Name()); ok && s.ID == f.Name() {
		return s.Key
	}
	return nil
}

// required reports whether all columns of a key hold a value in every row by their nature: price bases play no part in many.
func required(key []string) bool {
	return len(key) > 0 && !slices.Contains(key, "price_base")
}

// web describes the tables as CSV on the Web.
func (d describer) web() object {
	tables := []object{}
	for _, f := range d.files {
		var columns []object
		for _, c := range f.Columns() {
			about := catalogue.Describe(c, d.key(f))
			column := object{"name": c.Name, "titles": c.Name, "datatype": webType(c.Type)}
			if c.Comment != "" {
				column["dc:description"] = c.Comment
			}
			if about.Unit != "" {
				column["schema:unitText"] = about.Unit
			}
			columns = append(columns, column)
		}
		schema := object{"columns": columns}
		if key := d.key(f); required(key) {
			schema["primaryKey"] = key
		}
		tables = append(tables, object{"url": f.name, "dc:title": d.title(f).In(d.release.Language), "tableSchema": schema})
	}
	return object{
		"@context": []any{"http://www.w3.org/ns/csvw", object{"@language": d.language()}},
		"dc:title": d.release.Name.In(d.release.Language), "dc:identifier": d.release.ID, "dc:created": object{"@value": stamp(d.release.Time), "@type": "xsd:dateTime"},
		"dialect": object{"encoding": "utf-8", "delimiter": ",", "header": true, "lineTerminators": []string{"\n"}}, "tables": tables,
	}
}

func (d describer) language() string {
	if d.release.Language == "en" {
		return "en"
	}
	return "vi"
}

// webType is a type of DuckDB's in the words of XML Schema.
func webType(t string) string {
	switch {
	case t == "DOUBLE" || t == "FLOAT":
		return "double"
	case strings.HasSuffix(t, "INT") || strings.HasSuffix(t, "INTEGER"):
		return "integer"
	case strings.HasPrefix(t, "DECIMAL"):
		return "decimal"
	case t == "BOOLEAN":
		return "boolean"
	case t == "DATE":
		return "date"
	case strings.HasPrefix(t, "TIMESTAMP"):
		return "dateTime"
	}
	return "string"
}

// dataPackage describes the tables as a Frictionless Data Package.
func (d describer) dataPackage() object {
	resources := []object{}
	for i, f := range d.files {
		fields := []object{}
		for _, c := range f.Columns() {
			about := catalogue.Describe(c, d.key(f))
			field := object{"name": c.Name, "type": packageType(c.Type), "title": about.Label.In(d.release.Language)}
			if c.Comment != "" {
				field["description"] = c.Comment
			}
			if about.Unit != "" {
				field["unit"] = about.Unit
			}
			fields = append(fields, field)
		}
		schema := object{"fields": fields, "missingValues": []string{""}}
		if key := d.key(f); required(key) {
			schema["primaryKey"] = key
		}
		title := d.title(f)
		r := object{
			"name": slug(f.Name(), i), "path": f.name, "title": title.In(d.release.Language), "profile": "tabular-data-resource", "format": "csv", "mediatype": "text/csv",
			"encoding": "utf-8", "bytes": f.bytes, "hash": "sha256:" + f.hash, "rowcount": f.Rows(), "schema": schema,
		}
		if s, ok := d.dataset(f.Name()); ok {
			if note := s.Note.In(d.release.Language); note != "" {
				r["description"] = note
			}
			r["sources"], r["illustrative"] = d.sources(s), s.Illustrative
		}
		resources = append(resources, r)
	}
	return object{
		"profile": "tabular-data-package", "name": slug("release-"+d.release.ID, 0), "id": d.release.ID, "title": d.release.Name.In(d.release.Language),
		"description": d.release.Name.VI + "\n\n" + d.release.Name.EN, "created": stamp(d.release.Time), "illustrative": d.release.Illustrative, "resources": resources,
	}
}

func packageType(t string) string {
	switch web := webType(t); web {
	case "double", "decimal":
		return "number"
	case "dateTime":
		return "datetime"
	default:
		return web
	}
}

// slug is a name as Data Packages take it: lower case letters, digits, - _ and dots.
func slug(s string, i int) string {
	plain := true
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		plain = false
		return '-'
	}, s)
	if !plain {
		name += "-" + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) // two names may differ in letters that are left out
	}
	return name
}

// sources names the books of a dataset. Paths of one's own disk are nobody else's matter.
func (d describer) sources(s catalogue.Dataset) []object {
	found := []object{}
	for _, b := range d.about.Of(s) {
		o := object{"title": strings.Trim(b.Producer+": "+b.Name, ": ")}
		if strings.HasPrefix(b.URI, "http://") || strings.HasPrefix(b.URI, "https://") {
			o["path"] = b.URI
		}
		found = append(found, o)
	}
	return found
}
