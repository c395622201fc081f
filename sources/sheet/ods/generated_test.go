package ods

import (
	"testing"

	"github.com/statloom/statloom/sources/sheet/sheettest"
)

func TestConformGenerated(t *testing.T) {
	b := sheettest.Generated()
	styles, body := write(b)
	sheettest.Conform(t, Format{}, b, pack(t, map[string]string{"mimetype": mimetype, contentPart: content(styles, body)}))
	sheettest.Conform(t, Format{}, b, []byte(flat(write(b))))
}
