package seccomp

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"golang.org/x/sys/unix"
)

// ErrArch means that there is no filter for the architecture of this program.
var ErrArch = errors.New("seccomp filters are not supported on this architecture")

// Offsets in the data that a filter sees. Both supported architectures are
// little-endian, so that the lower half of an argument comes first.
const (
	offsetNr   = 0
	offsetArch = 4
	offsetArgs = 16
)

// Assemble returns the program that enforces the rules, of which no two may be
// for the same call.
//
// It looks a number up by halves: the kernel runs the program for every number
// when it is installed, to learn which calls need none later on.
func Assemble(rules []Rule) ([]unix.SockFilter, error) {
	if auditArch == 0 {
		return nil, ErrArch
	}
	rules = slices.SortedFunc(slices.Values(rules), func(a, b Rule) int { return cmp.Compare(a.Nr, b.Nr) })
	for i := range rules[min(1, len(rules)):] {
		if rules[i].Nr == rules[i+1].Nr {
			return nil, fmt.Errorf("two rules for system call %d", rules[i].Nr)
		}
	}
	f := []unix.SockFilter{
		load(offsetArch),
		jump(unix.BPF_JEQ, auditArch, 1, 0),
		ret(unix.SECCOMP_RET_KILL_PROCESS),
		load(offsetNr),
	}
	if x32 != 0 {
		f = append(f, jump(unix.BPF_JGE, x32, 0, 1), ret(errnoAction(unix.EPERM)))
	}
	body, err := search(rules)
	return append(f, body...), err
}

// search returns the instructions that find the rule for a number and decide.
func search(rules []Rule) ([]unix.SockFilter, error) {
	if len(rules) <= 2 {
		var f []unix.SockFilter
		for _, r := range rules {
			body := r.When.assemble(r.Errno)
			f = append(f, jump(unix.BPF_JEQ, r.Nr, 0, uint8(len(body))))
			f = append(f, body...)
		}
		return append(f, ret(unix.SECCOMP_RET_ALLOW)), nil
	}
	half := len(rules) / 2
	low, err1 := search(rules[:half])
	high, err2 := search(rules[half:])
	if len(low) > math.MaxUint8 {
		return nil, errors.New("too many rules for a filter")
	}
	f := append([]unix.SockFilter{jump(unix.BPF_JGE, rules[half].Nr, uint8(len(low)), 0)}, low...)
	return append(f, high...), errors.Join(err1, err2)
}

// assemble returns the instructions for a call whose number matches.
func (c *Condition) assemble(errno unix.Errno) []unix.SockFilter {
	denied, allowed := ret(errnoAction(errno)), ret(unix.SECCOMP_RET_ALLOW)
	if c.always() {
		return []unix.SockFilter{denied}
	}
	f := []unix.SockFilter{load(offsetArgs + 8*uint32(c.Arg))}
	last := [2]unix.SockFilter{allowed, denied} // if nothing matches, if something does
	var tests []unix.SockFilter
	switch {
	case c.AnyBit != 0:
		tests = append(tests, jump(unix.BPF_JSET, c.AnyBit, 0, 0))
	case len(c.OneOf) > 0:
		for _, v := range c.OneOf {
			tests = append(tests, jump(unix.BPF_JEQ, v, 0, 0))
		}
	default:
		last = [2]unix.SockFilter{denied, allowed}
		for _, v := range c.Not {
			tests = append(tests, jump(unix.BPF_JEQ, v, 0, 0))
		}
	}
	for i := range tests {
		tests[i].Jt = uint8(len(tests) - i) // over the rest of the tests and one result
	}
	return append(append(f, tests...), last[:]...)
}

func errnoAction(errno unix.Errno) uint32 {
	return unix.SECCOMP_RET_ERRNO | uint32(errno)&unix.SECCOMP_RET_DATA
}

func load(offset uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
}

func jump(op uint16, k uint32, yes, no uint8) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | op | unix.BPF_K, Jt: yes, Jf: no, K: k}
}

func ret(action uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: action}
}
