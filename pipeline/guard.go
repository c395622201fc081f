package pipeline

import (
	"fmt"
	"runtime/debug"

	"github.com/statloom/statloom/pipeline/fault"
)

// guard runs code that meets hostile input and turns a panic of it into an error: one book, or one page that lists books,
// must not end the program and with it the whole run.
func guard(kind fault.Kind, what string, f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &fault.Error{
				Kind: kind, What: what, Remedy: "this is a bug of the program; please report it together with the input",
				Err: &panicked{value: p, stack: debug.Stack()},
			}
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
