package sandbox

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/codex-go/codex/core/sandbox/internal/seccomp"
	"github.com/codex-go/codex/protocol"
)

// call is a system call for the role calls: its number, its arguments, and its
// name.
func call(name string, nr uint32, args ...uint32) string {
	var a [3]uint32
	copy(a[:], args)
	return fmt.Sprintf("%s %d %d %d %d", name, nr, a[0], a[1], a[2])
}

// calls is the role that makes system calls and writes a line of the name and
// the error of each. None of them does anything where it is allowed: addresses
// are null and descriptors closed.
func calls(args []string) int {
	for _, arg := range args {
		f := strings.Fields(arg)
		var n [4]uintptr
		for i, s := range f[1:] {
			v, err := strconv.ParseUint(s, 10, 32)
			if err != nil {
				return fail(err)
			}
			n[i] = uintptr(v)
		}
		_, _, errno := unix.Syscall(n[0], n[1], n[2], n[3])
		fmt.Printf("%s %v\n", f[0], int(errno))
	}
	return 0
}

// closed is a descriptor that is none.
const closed = 1 << 30

// TestDeniedCalls makes every call of the table. (spec: exec-and-tools, seccomp
// filter; do better)
func TestDeniedCalls(t *testing.T) {
	t.Parallel()
	// What must be denied, whatever the arguments.
	required := strings.Fields(`connect accept accept4 bind listen getpeername getsockname shutdown sendto sendmsg
		sendmmsg recvmsg recvmmsg getsockopt setsockopt ptrace
		io_uring_setup io_uring_enter io_uring_register process_vm_readv process_vm_writev pidfd_getfd
		keyctl add_key request_key setns mount umount2 pivot_root open_tree move_mount mount_setattr
		fsopen fsconfig fsmount fspick open_by_handle_at`)
	rules := seccomp.Rules(seccomp.Options{Metadata: true})
	always := map[string]bool{}
	var made []string
	want := map[string]unix.Errno{}
	for _, r := range rules {
		want[r.Name] = r.Errno
		switch c := r.When; {
		case len(c.Not) > 0: // sockets
			for _, family := range []uint32{unix.AF_UNSPEC, unix.AF_INET, unix.AF_INET6, unix.AF_NETLINK, unix.AF_PACKET, unix.AF_VSOCK} {
				name := fmt.Sprintf("%s:%d", r.Name, family)
				want[name] = r.Errno
				made = append(made, call(name, r.Nr, family, unix.SOCK_STREAM))
			}
			delete(want, r.Name)
		case len(c.OneOf) > 0: // requests of an ioctl
			for _, request := range c.OneOf {
				name := fmt.Sprintf("%s:%d", r.Name, request)
				want[name] = r.Errno
				made = append(made, call(name, r.Nr, closed, request))
			}
			delete(want, r.Name)
		case c.AnyBit != 0: // namespaces
			for bit := uint32(1); bit != 0; bit <<= 1 {
				if c.AnyBit&bit != 0 {
					name := fmt.Sprintf("%s:%x", r.Name, bit)
					want[name] = r.Errno
					made = append(made, call(name, r.Nr, bit))
				}
			}
			delete(want, r.Name)
		default:
			always[r.Name] = true
			made = append(made, call(r.Name, r.Nr))
		}
	}
	for _, name := range required {
		if !always[name] {
			t.Errorf("%s has no row", name)
		}
	}
	// What must reach the kernel.
	for name, c := range map[string]struct {
		nr   uint32
		args []uint32
		want unix.Errno
	}{
		"recvfrom":    {unix.SYS_RECVFROM, []uint32{closed}, unix.EBADF},
		"read":        {unix.SYS_READ, []uint32{closed}, unix.EBADF},
		"write":       {unix.SYS_WRITE, []uint32{closed}, unix.EBADF},
		"socket-unix": {unix.SYS_SOCKET, []uint32{unix.AF_UNIX, unix.SOCK_STREAM}, 0},
		"socketpair":  {unix.SYS_SOCKETPAIR, []uint32{unix.AF_UNIX, unix.SOCK_STREAM}, unix.EFAULT},
		"ioctl-other": {unix.SYS_IOCTL, []uint32{closed, unix.TIOCGWINSZ}, unix.EBADF},
		"unshare-fs":  {unix.SYS_UNSHARE, []uint32{0}, 0},
	} {
		want[name] = c.want
		made = append(made, call(name, c.nr, c.args...))
	}
	eachMachine(t, func(t *testing.T, m machine) {
		dir := m.dir(t)
		r := Request{Argv: append([]string{mustProgram(t)}, made...), Policy: &protocol.ReadOnlyPolicy{}, Cwd: dir}
		got := m.run(t, r, roleVariable+"=calls")
		if got.status != 0 {
			t.Fatalf("%+v", got)
		}
		results := map[string]unix.Errno{}
		for line := range strings.Lines(got.stdout) {
			name, text, _ := strings.Cut(strings.TrimSpace(line), " ")
			errno, err := strconv.Atoi(text)
			if err != nil {
				t.Fatal(err)
			}
			results[name] = unix.Errno(errno)
		}
		if diff := cmp.Diff(want, results); diff != "" {
			t.Errorf("errors (-want +got):\n%s", diff)
		}
	})
}

// TestStatus checks which of its means the sandbox uses under a policy.
// (spec: exec-and-tools, order and contents)
func TestStatus(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		policy protocol.SandboxPolicy
		want   string
	}{
		{"full access", &protocol.DangerFullAccessPolicy{}, "NoNewPrivs:\t0\nSeccomp:\t0\nSeccomp_filters:\t0\n"},
		{"network", &protocol.WorkspaceWritePolicy{NetworkAccess: true}, "NoNewPrivs:\t1\nSeccomp:\t0\nSeccomp_filters:\t0\n"},
		{"workspace", &protocol.WorkspaceWritePolicy{}, "NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n"},
		{"read-only", &protocol.ReadOnlyPolicy{}, "NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n"},
	} {
		for _, m := range machines() {
			if m.missing != "" {
				continue // its own filter counts
			}
			t.Run(m.name+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				r := Request{Argv: []string{"grep", "-E", "^(NoNewPrivs|Seccomp)", "/proc/self/status"}, Policy: tt.policy, Cwd: m.dir(t)}
				got := m.run(t, r, "PATH="+os.Getenv("PATH"))
				if diff := cmp.Diff(tt.want, got.stdout); diff != "" || got.status != 0 {
					t.Errorf("%+v (-want +got):\n%s", got, diff)
				}
			})
		}
	}
}
