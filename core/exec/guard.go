package exec

import (
	"os"
	"strconv"
	"sync"
	"time"
)

// guard starts the guard of a runner and tells it of the commands that lead
// sessions. All methods may be called from several goroutines at once; with a
// nil command they do nothing.
type guard struct {
	cmd *Command

	mu      sync.Mutex
	closed  bool
	proc    *os.Process
	pipe    *os.File // its standard input, nil while it does not run
	waiting sync.WaitGroup
	// told are the commands that it knows of, with the sign that they have.
	told map[int]byte
}

// Signs of commands.
const (
	guardRuns    = '+'
	guardLingers = '~' // the command has ended, its group has not
	guardGone    = '-'
)

// guardPatience bounds the wait for a guard that does not read.
const guardPatience = 2 * time.Second

func newGuard(cmd *Command) *guard { return &guard{cmd: cmd, told: map[int]byte{}} }

// ready starts the guard if it does not run, and reports whether it does.
// Nothing is to be done where it does not: commands run without one then.
func (g *guard) ready() bool {
	if g.cmd == nil {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.pipe == nil && !g.closed {
		g.start()
	}
	for id, sign := range g.told {
		if sign == guardLingers && !groupExists(id) {
			g.tell(guardGone, id)
		}
	}
	return g.pipe != nil
}

// start starts the guard, and tells it what one before knew. g.mu is held.
func (g *guard) start() {
	img, err := prepare(g.cmd)
	if err != nil {
		return
	}
	in, pipe, err := os.Pipe()
	if err != nil {
		return
	}
	defer in.Close()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		_ = pipe.Close()
		return
	}
	defer null.Close()
	attr := processAttr(true)
	outlive(attr)
	proc, err := os.StartProcess(img.path, img.argv, &os.ProcAttr{
		Dir: img.dir, Env: img.env, Files: []*os.File{in, null, null}, Sys: attr,
	})
	if err != nil {
		_ = pipe.Close()
		return
	}
	g.proc, g.pipe = proc, pipe
	g.waiting.Go(func() { _, _ = proc.Wait() })
	for id, sign := range g.told {
		g.tell(sign, id)
	}
}

// started tells of a command.
func (g *guard) started(id int) {
	if g.cmd == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tell(guardRuns, id)
}

// ended tells of the end of a command, whose id may belong to somebody else by
// now unless it has left others in its group.
func (g *guard) ended(id int) {
	if g.cmd == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.told[id] == 0:
	case groupExists(id):
		g.tell(guardLingers, id)
	default:
		g.tell(guardGone, id)
	}
}

// tell writes a line to the guard. g.mu is held.
func (g *guard) tell(sign byte, id int) {
	if g.told[id] = sign; sign == guardGone {
		delete(g.told, id)
	}
	if g.pipe == nil {
		return
	}
	line := append(strconv.AppendInt([]byte{sign}, int64(id), 10), '\n')
	_ = g.pipe.SetWriteDeadline(time.Now().Add(guardPatience))
	if _, err := g.pipe.Write(line); err != nil {
		// It must not take the end of the pipe for ours.
		_ = g.proc.Kill()
		_ = g.pipe.Close()
		g.pipe = nil
	}
}

// close lets the guard end what is left, and waits for that.
func (g *guard) close() {
	g.mu.Lock()
	g.closed = true
	if g.pipe != nil {
		_ = g.pipe.Close()
		g.pipe = nil
	}
	g.mu.Unlock()
	g.waiting.Wait()
}
