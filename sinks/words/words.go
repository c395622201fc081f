// Package words is what the page, the workbook and traces all say in Vietnamese and English, kept once, so that they say it
// alike.
package words

import (
	_ "embed"
	"encoding/json"
	"sync"

	"github.com/statloom/statloom/sinks"
)

//go:embed words.json
var source []byte

// pair is a text in Vietnamese and in English.
type pair [2]string

type list struct {
	Texts map[string]pair            `json:"texts"`
	Codes map[string]map[string]pair `json:"codes"`
}

var read = sync.OnceValue(func() (l list) {
	_ = json.Unmarshal(source, &l) // of this package; a test reads it strictly
	return l
})

// Say gives what a key stands for, the key itself where that is not known.
func Say(key string) sinks.Text {
	if p, ok := read().Texts[key]; ok {
		return sinks.Text{VI: p[0], EN: p[1]}
	}
	return sinks.Text{VI: key, EN: key}
}

// Of gives what a code of a list means: of statuses of observations, standing of targets, roles of inputs, dimensions.
func Of(codes, code string) (sinks.Text, bool) {
	p, ok := read().Codes[codes][code]
	return sinks.Text{VI: p[0], EN: p[1]}, ok
}

// JSON gives all of it as one object: texts as pairs, codes as objects of pairs.
func JSON() ([]byte, error) {
	l := read()
	all := make(map[string]any, len(l.Texts)+len(l.Codes))
	for key, p := range l.Texts {
		all[key] = p
	}
	for key, codes := range l.Codes {
		all[key] = codes
	}
	return json.Marshal(all)
}
