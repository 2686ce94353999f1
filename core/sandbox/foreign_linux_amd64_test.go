package sandbox

import (
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/codex-go/codex/protocol"
)

// foreign is machine code that makes a system call, exit with code 7, through the
// interface of another architecture.
var foreign = []byte{
	0xb8, 1, 0, 0, 0, // mov eax, 1
	0xbb, 7, 0, 0, 0, // mov ebx, 7
	0xcd, 0x80, // int 0x80
}

// machineProgram returns a program of machine code, the least that the kernel takes.
func machineProgram(code []byte) []byte {
	const base, header, entry = 0x400000, 64, 64 + 56
	b := []byte("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	le := binary.LittleEndian
	b = le.AppendUint16(b, 2)  // a program
	b = le.AppendUint16(b, 62) // for this architecture
	b = le.AppendUint32(b, 1)
	b = le.AppendUint64(b, base+entry)
	b = le.AppendUint64(b, header)
	b = le.AppendUint64(b, 0)
	b = le.AppendUint32(b, 0)
	for _, v := range []uint16{header, 56, 1, 0, 0, 0} {
		b = le.AppendUint16(b, v)
	}
	b = le.AppendUint32(b, 1) // to load,
	b = le.AppendUint32(b, 5) // to read and to execute
	size := uint64(entry + len(code))
	for _, v := range []uint64{0, base, base, size, size, 0x1000} {
		b = le.AppendUint64(b, v)
	}
	return append(b, code...)
}

// TestForeignCalls makes system calls through the interfaces of other
// architectures, whose numbers the filter does not know. (spec: exec-and-tools,
// seccomp filter; do better)
func TestForeignCalls(t *testing.T) {
	t.Parallel()
	eachMachine(t, func(t *testing.T, m machine) {
		dir := m.dir(t)
		t.Run("32 bits", func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(dir, "foreign")
			if err := os.WriteFile(path+".new", machineProgram(foreign), 0o755); err != nil {
				t.Fatal(err)
			}
			// A process that is being started may have a file open that this one has
			// written, which cannot be executed then.
			if out, err := exec.CommandContext(t.Context(), "cp", path+".new", path).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			var exit *exec.ExitError
			if err := exec.CommandContext(t.Context(), path).Run(); !errors.As(err, &exit) || exit.ExitCode() != 7 {
				t.Skipf("this kernel has no such interface: %v", err)
			}
			got := m.run(t, Request{Argv: []string{path}, Policy: &protocol.ReadOnlyPolicy{}, Cwd: dir})
			if !got.status.Signaled() || got.status.Signal() != unix.SIGSYS {
				t.Errorf("%+v", got)
			}
		})
		t.Run("32-bit pointers", func(t *testing.T) {
			t.Parallel()
			r := Request{Argv: []string{mustProgram(t), call("x32", unix.SYS_GETPID|1<<30)}, Policy: &protocol.ReadOnlyPolicy{}, Cwd: dir}
			if got := m.run(t, r, roleVariable+"=calls"); strings.TrimSpace(got.stdout) != "x32 1" {
				t.Errorf("%+v", got)
			}
		})
	})
}
