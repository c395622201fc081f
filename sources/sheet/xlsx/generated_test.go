package xlsx

import (
	"testing"

	"github.com/statloom/statloom/sources/sheet/sheettest"
)

func TestConformGenerated(t *testing.T) {
	b := sheettest.Generated()
	sheettest.Conform(t, Format{}, b, writeExcelize(t, b))
}
