package html

import (
	"fmt"
	"strings"
)

// maxName is how many characters a sheet's name takes from a caption or a heading.
const maxName = 80

// uniqueName makes a sheet's name of what a page calls a table.
func uniqueName(name string, n int, taken map[string]bool) string {
	name = clip(strings.Join(strings.Fields(strings.ToValidUTF8(name, "\ufffd")), " "), maxName)
	if name == "" {
		name = fmt.Sprintf("Table %d", n)
	}
	unique := name
	for i := 2; taken[unique]; i++ {
		unique = fmt.Sprintf("%s (%d)", name, i)
	}
	taken[unique] = true
	return unique
}
