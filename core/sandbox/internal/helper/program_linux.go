package helper

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// program is a list of system calls, made ready by ordinary code, to be carried
// out after a fork.
type program struct {
	ops []op
	// kept holds what the arguments of ops point to. The collector does not see
	// them there, and objects that nothing holds might live on a stack, which
	// moves.
	kept []unsafe.Pointer
}

// op is one system call.
type op struct {
	what string // for messages
	nr   uintptr
	args [6]uintptr
	// users are the later calls that have what this one returns as an argument.
	users []use
	// optional calls may fail.
	optional bool
	// soft are the errors that mean that the machine does not allow namespaces;
	// the program can do without them.
	soft []syscall.Errno
}

// use names an argument of a call.
type use struct{ op, arg int }

// refused are the errors by which kernels and their guards refuse a call.
var refused = []syscall.Errno{unix.EPERM, unix.ENOSYS}

// add appends a call. The address is valid until the next one is added.
func (p *program) add(what string, nr uintptr, args ...uintptr) *op {
	o := op{what: what, nr: nr}
	copy(o.args[:], args)
	p.ops = append(p.ops, o)
	return &p.ops[len(p.ops)-1]
}

// keep returns the address of an object as an argument.
func keep[T any](p *program, v *T) uintptr {
	p.kept = append(p.kept, unsafe.Pointer(v))
	return uintptr(unsafe.Pointer(v))
}

// text returns the address of a string as an argument. It must not hold a NUL
// byte.
func (p *program) text(s string) uintptr {
	b := make([]byte, len(s)+1)
	copy(b, s)
	return keep(p, &b[0])
}

// run makes the calls. It returns the index and the error of the first one that
// failed and had to succeed.
//
//go:nosplit
//go:norace
func (p *program) run() (int, syscall.Errno) {
	for i := range p.ops {
		o := &p.ops[i]
		r, _, errno := syscall.RawSyscall6(o.nr, o.args[0], o.args[1], o.args[2], o.args[3], o.args[4], o.args[5])
		if errno != 0 && !o.optional {
			return i, errno
		}
		for _, u := range o.users {
			p.ops[u.op].args[u.arg] = r
		}
	}
	return -1, 0
}

// feed makes what the call from returns an argument of the call that is added
// next.
func (p *program) feed(from, arg int) {
	p.ops[from].users = append(p.ops[from].users, use{op: len(p.ops), arg: arg})
}

// isSoft reports whether the program can be given up for one that asks less of
// the machine.
func (p *program) isSoft(i int, errno syscall.Errno) bool {
	for _, soft := range p.ops[i].soft {
		if soft == errno {
			return true
		}
	}
	return false
}
