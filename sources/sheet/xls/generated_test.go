package xls

import (
	"testing"

	"github.com/statloom/statloom/sources/sheet/sheettest"
)

func TestConformGenerated(t *testing.T) {
	b := sheettest.Generated()
	sheettest.Conform(t, Format{}, b, container(t, 512, stored{"Workbook", writeBook(t, biff8, b)}))
}
