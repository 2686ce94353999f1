package keeper

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCommand(t *testing.T) {
	t.Parallel()
	for _, c := range []*Command{
		{},
		{Path: "/bin/sh", Dir: "/", Argv: []string{"sh"}, Terminal: true},
		{Path: "/a b", Dir: "/ü", Argv: []string{"", "a\nb", strings.Repeat("x", 1<<20)}, Env: []string{"A=", "B=\xff"}},
	} {
		b := c.encode()
		if kind(b[0]) != start || int(binary.BigEndian.Uint32(b[1:])) != len(b)-headSize {
			t.Errorf("head %q of %d bytes", b[:headSize], len(b))
		}
		b = b[headSize:]
		got, err := decode(b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c, got); diff != "" {
			t.Errorf("decoded (-want +got):\n%s", diff)
		}
		for _, n := range []int{0, 1, 4, 5, len(b) / 2, len(b) - 1} {
			if c, err := decode(b[:n]); err == nil {
				t.Errorf("%d of %d bytes are %+v", n, len(b), c)
			}
		}
		if c, err := decode(append(b, 0)); err == nil {
			t.Errorf("a byte more is %+v", c)
		}
	}
}
