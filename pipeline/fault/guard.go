package fault

import (
	"fmt"
	"runtime/debug"
)

// Guard runs code that meets hostile input and turns a panic of it into an error: one book, or one page that lists books,
// must not end the program and with it the whole run. at says where and what; its remedy, where it has none, is to report it.
func Guard(at Error, f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			if at.Remedy == "" {
				at.Remedy = "this is a bug of the program; please report it together with the input"
			}
			at.Err = &panicked{value: p, stack: debug.Stack()}
			err = &at
		}
	}()
	return f()
}

// panicked keeps what code panicked with. The stack is for logs; the text stays short.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprint("panic: ", p.value) }

// Stack is the stack of the panic.
func (p *panicked) Stack() []byte { return p.stack }
