package excel

import "github.com/xuri/excelize/v2"

// look is how a cell looks.
type look struct {
	bold, italic, wrap, border, centre, top bool
	size                                    float64 // points; 0 is 10
	color, fill                             string  // RRGGBB
	format                                  string  // of numbers
	underline                               bool
	right                                   bool
}

// The colours: a dark teal for heads, amber for what needs care; status colours are those of the targets.
const (
	ink    = "1F2933"
	muted  = "616E7C"
	accent = "0B5563"
	pale   = "E6F0F2"
	line   = "CBD2D9"
	amber  = "FFF3C4"
	amberT = "8D5A00"
	blank  = "ECEEF0"
)

func (w *writer) style(l look) (int, error) {
	if l.size == 0 {
		l.size = 10
	}
	if l.color == "" {
		l.color = ink
	}
	if id, ok := w.styles[l]; ok {
		return id, nil
	}
	s := &excelize.Style{
		Font:      &excelize.Font{Family: "Arial", Size: l.size, Bold: l.bold, Italic: l.italic, Color: l.color},
		Alignment: &excelize.Alignment{WrapText: l.wrap, Vertical: "center"},
	}
	if l.underline {
		s.Font.Underline = "single"
	}
	if l.top {
		s.Alignment.Vertical = "top"
	}
	switch {
	case l.centre:
		s.Alignment.Horizontal = "center"
	case l.right:
		s.Alignment.Horizontal = "right"
	}
	if l.fill != "" {
		s.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{l.fill}}
	}
	if l.format != "" {
		s.CustomNumFmt = &l.format
	}
	if l.border {
		for _, side := range []string{"left", "right", "top", "bottom"} {
			s.Border = append(s.Border, excelize.Border{Type: side, Color: line, Style: 1})
		}
	}
	id, err := w.file.NewStyle(s)
	if err == nil {
		w.styles[l] = id
	}
	return id, err
}

// asText is the number format of texts: what is typed over such a cell stays a text too, whatever it begins with.
const asText = "@"
