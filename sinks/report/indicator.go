package report

import (
	"cmp"
	"context"
	"strings"
)

// indicator is the page of an indicator.
type indicator struct {
	ID           string      `json:"id"`
	File         string      `json:"file"`
	Name         text        `json:"name"`
	Formula      text        `json:"formula"`
	Unit         string      `json:"unit"`
	Freq         string      `json:"freq"`
	PriceBase    string      `json:"price_base,omitempty"`
	Method       string      `json:"method,omitempty"`
	Source       text        `json:"source"`
	Note         text        `json:"note"`
	Decimals     int64       `json:"decimals"`
	Tags         []string    `json:"tags"`
	Inputs       string      `json:"inputs,omitempty"`
	Illustrative bool        `json:"illustrative,omitempty"`
	SQL          string      `json:"sql"`
	Dimensions   []dimension `json:"dimensions"`
	Periods      []period    `json:"periods"`
	Values       []value     `json:"values"`
	Releases     []past      `json:"releases"` // that vintages refer to
	Targets      []*target   `json:"targets"`
	Traces       []traceFile `json:"traces"`

	periods index
	change  change
}

// period is a time period with its days.
type period struct {
	ID    string `json:"id"`
	Start string `json:"start"`
	End   string `json:"end"`
}

// value is one value of an indicator.
type value struct {
	Period  int      `json:"p"` // number of the period
	At      []string `json:"at"`
	Value   *float64 `json:"v"`
	Low     *float64 `json:"lo,omitempty"`
	High    *float64 `json:"hi,omitempty"`
	Status  string   `json:"s"`
	Comment string   `json:"c,omitempty"`
	Before  []said   `json:"before,omitempty"` // how it was published, where that changed
}

// change counts what became of an indicator's values since the release before.
type change struct {
	Added     int      `json:"added,omitempty"`
	Revised   int      `json:"revised,omitempty"`
	Status    int      `json:"status,omitempty"`
	Withdrawn int      `json:"withdrawn,omitempty"`
	Largest   *float64 `json:"largest,omitempty"` // revision in percent, as an amount
}

func (c change) any() bool { return c.Added+c.Revised+c.Status+c.Withdrawn > 0 }

// readIndicators reads the catalogue and all values.
func (w *writer) readIndicators(ctx context.Context) error {
	if !w.ask.has("indicator_catalogue", "indicator", "name_vi", "sql", "decimals", "illustrative") || !w.ask.has("indicators", "indicator", "time_period", "obs_value") {
		return nil
	}
	at := map[string]*indicator{}
	columns := append(texts("indicator", "name_vi", "name_en", "formula_vi", "formula_en", "unit", "freq", "dimensions", "price_base", "method",
		"source_vi", "source_en", "note_vi", "note_en", "tags", "inputs", "sql"), `"decimals"::BIGINT`, `"illustrative"::BOOLEAN`)
	err := w.ask.each(ctx, from("indicator_catalogue", columns...)+" ORDER BY indicator", func(r row) error {
		i := &indicator{
			ID: r.text(0), Name: text{r.text(1), r.text(2)}, Formula: text{r.text(3), r.text(4)}, Unit: r.text(5), Freq: r.text(6),
			PriceBase: r.text(8), Method: r.text(9), Source: text{r.text(10), r.text(11)}, Note: text{r.text(12), r.text(13)},
			Tags: split(r.text(14)), Inputs: r.text(15), SQL: r.text(16), Decimals: r.whole(17), Illustrative: r.yes(18),
			File: fileName(r.text(0)), Values: []value{}, Periods: []period{}, Targets: []*target{}, Traces: []traceFile{},
		}
		for _, d := range split(r.text(7)) {
			i.Dimensions = append(i.Dimensions, dimension{ID: d})
		}
		at[i.ID] = i
		w.indicators = append(w.indicators, i)
		return nil
	})
	if err != nil {
		return err
	}
	all := w.indicatorDimensions()
	if err := w.readValues(ctx, at, all); err != nil {
		return err
	}
	for _, i := range w.indicators {
		i.change.Withdrawn = w.withdraw(i.ID)
		w.labelled(i)
	}
	return nil
}

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// indicatorDimensions lists the columns of indicators that are dimensions of any.
func (w *writer) indicatorDimensions() []string {
	var all []string
	for _, name := range w.ask.tables["indicators"].names {
		for _, i := range w.indicators {
			if i.dimension(name) >= 0 {
				all = append(all, name)
				break
			}
		}
	}
	return all
}

func (i *indicator) dimensionIDs() []string {
	ids := make([]string, len(i.Dimensions))
	for n, d := range i.Dimensions {
		ids[n] = d.ID
	}
	return ids
}

// dimension finds a dimension by its id, -1 where there is none.
func (i *indicator) dimension(id string) int {
	for n, d := range i.Dimensions {
		if d.ID == id {
			return n
		}
	}
	return -1
}

// readValues reads the values in the order of their periods.
func (w *writer) readValues(ctx context.Context, at map[string]*indicator, all []string) error {
	columns := append(texts("indicator", "time_period", "period_start", "period_end", "obs_status", "obs_comment"), asNumber("obs_value"), asNumber("obs_low"), asNumber("obs_high"))
	fixed := len(columns)
	columns = append(columns, texts(all...)...)
	order := strings.Join(append([]string{`"period_start"`, `"period_end"`}, idents(all)...), ", ")
	return w.ask.each(ctx, from("indicators", columns...)+" ORDER BY "+order, func(r row) error {
		i := at[r.text(0)]
		if i == nil {
			return nil
		}
		v := value{At: make([]string, len(i.Dimensions)), Value: r.number(6), Low: r.number(7), High: r.number(8), Status: r.text(4), Comment: r.text(5)}
		for n, d := range i.Dimensions {
			for k, name := range all {
				if name == d.ID {
					v.At[n] = r.text(fixed + k)
				}
			}
		}
		if v.Period = i.periods.of(r.text(1)); v.Period == len(i.Periods) {
			i.Periods = append(i.Periods, period{r.text(1), r.text(2), r.text(3)})
		}
		w.compare(i, &v)
		i.Values = append(i.Values, v)
		return nil
	})
}

func idents(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = ident(n)
	}
	return out
}

// key names a value among those of its indicator, as the pages do.
func (i *indicator) key(v *value) string {
	return i.Periods[v.Period].ID + "|" + strings.Join(v.At, "|")
}

// compare notes what became of a value since the release before.
func (w *writer) compare(i *indicator, v *value) {
	list, kind := w.say(i.ID, i.key(v), v.Value, v.Status)
	if len(list) > 1 {
		v.Before = list
	}
	if w.first() {
		return
	}
	switch kind {
	case "added":
		i.change.Added++
	case "status":
		i.change.Status++
	case "revised":
		i.change.Revised++
		if was := list[max(0, len(list)-2)].Value; was != nil && v.Value != nil && *was != 0 {
			percent := 100 * abs((*v.Value-*was) / *was)
			if i.change.Largest == nil || percent > *i.change.Largest {
				i.change.Largest = &percent
			}
		}
	}
}

// labelled describes an indicator's dimensions and says what their codes mean.
func (w *writer) labelled(i *indicator) {
	if !w.ask.has("indicators", i.dimensionIDs()...) {
		return
	}
	i.Dimensions = w.dimensions("indicators", i.dimensionIDs())
	for k := range i.Values {
		v := &i.Values[k]
		for n := range i.Dimensions {
			i.Dimensions[n].saw(v.At[n], i.Periods[v.Period].End)
		}
	}
	w.label(i.Dimensions)
}

// writeIndicators writes what the pages of indicators need at once. The ways back to the cells come in files of their own.
func (w *writer) writeIndicators(ctx context.Context) error {
	if err := w.planTraces(ctx); err != nil {
		return err
	}
	for _, i := range w.indicators {
		i.Releases = w.now.Releases
		if !i.revised() {
			i.Releases = []past{}
		}
		if err := w.data("indicator/"+i.File, i); err != nil {
			return err
		}
	}
	return w.data("indicators", w.summaries())
}

// revised reports whether any value has been published otherwise before.
func (i *indicator) revised() bool {
	for n := range i.Values {
		if i.Values[n].Before != nil {
			return true
		}
	}
	return false
}

// summary is an indicator in the list of all.
type summary struct {
	ID           string       `json:"id"`
	File         string       `json:"file"`
	Name         text         `json:"name"`
	Unit         string       `json:"unit"`
	Decimals     int64        `json:"decimals"`
	Tags         []string     `json:"tags"`
	Illustrative bool         `json:"illustrative,omitempty"`
	Dimensions   []string     `json:"dimensions"`
	At           []string     `json:"at"`
	Place        text         `json:"place"` // what At means, where it is not the total of all
	Period       string       `json:"period,omitempty"`
	Value        *float64     `json:"v"`
	Status       string       `json:"s,omitempty"`
	Spark        [][2]float64 `json:"spark"` // year as a number, value
	Change       *change      `json:"change,omitempty"`
}

const mostSpark = 24

func (w *writer) summaries() []summary {
	list := make([]summary, 0, len(w.indicators))
	for _, i := range w.indicators {
		s := summary{ID: i.ID, File: i.File, Name: i.Name, Unit: i.Unit, Decimals: i.Decimals, Tags: i.Tags, Illustrative: i.Illustrative, Spark: [][2]float64{}}
		s.Dimensions, s.At = i.dimensionIDs(), i.headline()
		s.Place = i.place(s.At)
		for _, v := range i.series(s.At) {
			if v.Value == nil {
				continue
			}
			s.Period, s.Value, s.Status = i.Periods[v.Period].ID, v.Value, v.Status
			s.Spark = append(s.Spark, [2]float64{years(i.Periods[v.Period].End), *v.Value})
		}
		s.Spark = s.Spark[max(0, len(s.Spark)-mostSpark):]
		if i.change.any() {
			s.Change = &i.change
		}
		list = append(list, s)
	}
	return list
}

// headline says which series stands for an indicator: the first target's, or the total of every dimension, or where there
// is none the first series.
func (i *indicator) headline() []string {
	if len(i.Targets) > 0 {
		return i.Targets[0].Place
	}
	totals := make([]string, len(i.Dimensions))
	for n := range totals {
		totals[n] = "_T"
	}
	if len(i.series(totals)) > 0 || len(i.Values) == 0 {
		return totals
	}
	best, most := i.Values[0].At, -1
	counts := map[string]int{}
	for _, v := range i.Values {
		key, missing := strings.Join(v.At, "|"), 0
		for _, code := range v.At {
			if code != "_T" {
				missing++
			}
		}
		if counts[key]++; counts[key]-1000*missing > most || most == -1 {
			best, most = v.At, counts[key]-1000*missing
		}
	}
	return best
}

// place says in words which codes but totals a series has.
func (i *indicator) place(at []string) text {
	var words [2][]string
	for n, code := range at {
		if code == "_T" || code == "" {
			continue
		}
		for l := range words {
			label := i.Dimensions[n].Labels[code][l]
			words[l] = append(words[l], cmp.Or(label, code))
		}
	}
	return text{strings.Join(words[0], ", "), strings.Join(words[1], ", ")}
}

// series gives the values at one place, in the order of their periods.
func (i *indicator) series(at []string) []value {
	var out []value
	for _, v := range i.Values {
		if strings.Join(v.At, "|") == strings.Join(at, "|") {
			out = append(out, v)
		}
	}
	return out
}
