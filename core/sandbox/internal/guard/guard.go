//go:build unix

package guard

import (
	"bufio"
	"io"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/codex-go/codex/core/proctree"
)

// Patience of the guard.
const (
	// grace is how long processes that were asked to end may take.
	grace = 500 * time.Millisecond
	// killTime is how long it goes on killing.
	killTime = 2 * time.Second
	// pause is how long it waits between looks.
	pause = 10 * time.Millisecond
)

// Main is the guard. It reads what it is told from standard input, to its end,
// ends the commands that are left then, and does not return. Signals that are
// meant for the server do not end it before.
func Main() {
	signal.Ignore(syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM, syscall.SIGQUIT)
	_ = os.Chdir("/") // so that it holds no file system
	end(read(os.Stdin))
	os.Exit(0)
}

// read reads to the end and returns the commands that are left.
func read(r io.Reader) []int {
	left := map[int]bool{} // whether the command itself has ended
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line := lines.Text()
		if line == "" {
			continue
		}
		id, err := strconv.Atoi(line[1:])
		if err != nil || id <= 1 {
			continue // cut off by the end of the server
		}
		switch line[0] {
		case '+':
			left[id] = false
		case '~':
			left[id] = true
		case '-':
			delete(left, id)
		}
	}
	var ids []int
	for id, ended := range left {
		// The id of a command that has ended is that of its group alone. A
		// process that has it shows that all of the group are gone, and that
		// somebody else got it.
		if ended {
			if _, taken := proctree.Find(id); taken {
				continue
			}
		}
		ids = append(ids, id)
	}
	return ids
}

// end ends commands and what they have started: it asks, and then kills until
// nobody is left.
func end(ids []int) {
	if len(ids) == 0 {
		return
	}
	family := proctree.New(ids...)
	asked := map[int]bool{}
	began := time.Now()
	for {
		members, err := family.Members()
		since := time.Since(began)
		if err != nil || len(members) == 0 || since > grace+killTime {
			return
		}
		for _, m := range members {
			switch {
			case since > grace:
				_ = syscall.Kill(m.ID, syscall.SIGKILL)
			case !asked[m.ID]:
				asked[m.ID] = true
				_ = syscall.Kill(m.ID, syscall.SIGTERM)
				_ = syscall.Kill(m.ID, syscall.SIGHUP) // for shells on a terminal
				_ = syscall.Kill(m.ID, syscall.SIGCONT)
			}
		}
		time.Sleep(pause)
	}
}
