package excel

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"math"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// excelize rounds numbers to 15 digits as it writes them, which is fewer than a number has. Those with more are given to it
// as marked texts, and turned back into numbers on their way into the file.

// mark begins such a text. It is a code point that no text may hold, and none of ours does: see words.
const mark = "\uFDD0"

// exact gives a number as excelize keeps it whole.
func exact(v any) any {
	x, ok := v.(float64)
	if !ok || math.IsNaN(x) || math.IsInf(x, 0) {
		return v
	}
	text := strconv.FormatFloat(x, 'g', -1, 64)
	digits, _, _ := strings.Cut(text, "e")
	if len(strings.Trim(strings.NewReplacer("-", "", ".", "").Replace(digits), "0")) <= 15 {
		return v
	}
	return mark + text
}

// exactZip is where excelize writes a workbook's parts.
type exactZip struct{ *zip.Writer }

func newExactZip(w io.Writer) excelize.ZipWriter { return exactZip{zip.NewWriter(w)} }

func (z exactZip) Create(name string) (io.Writer, error) {
	part, err := z.Writer.Create(name)
	if err != nil || !strings.HasPrefix(name, "xl/worksheets/sheet") {
		return part, err
	}
	return &exactPart{to: part}, nil
}

func (z exactZip) AddFS(fsys fs.FS) error { return z.Writer.AddFS(fsys) }

// exactPart turns the marked texts of a sheet into numbers. It keeps back what may be the beginning of a cell.
type exactPart struct {
	to   io.Writer
	held []byte
}

const cellStart, cellEnd = "<c r=", "</c>"

func (p *exactPart) Write(b []byte) (int, error) {
	p.held = append(p.held, b...)
	var out []byte
	rest := p.held
	for {
		at := bytes.Index(rest, []byte(mark))
		if at < 0 {
			break
		}
		length := bytes.Index(rest[at:], []byte(cellEnd))
		if length < 0 {
			break
		}
		start, end := bytes.LastIndex(rest[:at], []byte(cellStart)), at+length+len(cellEnd)
		out = append(append(out, rest[:start]...), numberCell(rest[start:end])...)
		rest = rest[end:]
	}
	// A whole sheet ends with its last tag; before that, the last cell may not be all here.
	keep := len(rest)
	if i := bytes.LastIndex(rest, []byte(cellStart)); i >= 0 && !bytes.Contains(rest[i:], []byte(cellEnd)) {
		keep = i
	} else if i := bytes.LastIndexByte(rest, '<'); i >= 0 && len(rest)-i < len(cellStart) && !bytes.HasSuffix(rest, []byte(">")) {
		keep = i
	}
	out = append(out, rest[:keep]...)
	p.held = append(p.held[:0], rest[keep:]...)
	if _, err := p.to.Write(out); err != nil {
		return 0, err
	}
	return len(b), nil
}

// numberCell makes a cell with a marked text one with a number.
func numberCell(c []byte) []byte {
	text := string(c)
	head, body, _ := strings.Cut(text, ">")
	head = strings.NewReplacer(` t="inlineStr"`, "", ` t="str"`, "").Replace(head)
	formula := ""
	if from, to := strings.Index(body, "<f>"), strings.Index(body, "</f>"); from >= 0 && to > from {
		formula = body[from : to+len("</f>")]
	}
	_, number, _ := strings.Cut(body, mark)
	number, _, _ = strings.Cut(number, "<")
	return []byte(head + ">" + formula + "<v>" + number + "</v>" + cellEnd)
}
