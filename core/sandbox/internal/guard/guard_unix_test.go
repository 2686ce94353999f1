//go:build unix

package guard

import (
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRead(t *testing.T) {
	t.Parallel()
	taken := strconv.Itoa(os.Getpid())
	free := strconv.Itoa(math.MaxInt32) // no system counts so far
	for _, tt := range []struct {
		name, told string
		want       []int
	}{
		{"nothing", "", nil},
		{"one that runs", "+12\n", []int{12}},
		{"one that has ended", "+12\n+13\n-12\n", []int{13}},
		{"one that has left others", "+" + free + "\n~" + free + "\n", []int{math.MaxInt32}},
		{"one whose id somebody else has", "+" + taken + "\n~" + taken + "\n", nil},
		{"an id again", "+12\n-12\n+12\n", []int{12}},
		{"cut off, and what is no id", "+12\n+\n\n+0\n+1\n+-5\n+x\n-", []int{12}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := read(strings.NewReader(tt.told))
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("left (-want +got):\n%s", diff)
			}
		})
	}
}
