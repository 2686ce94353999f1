package exec

import (
	"context"
	"io"
	"os"
	"sync"
	"time"

	"github.com/codex-go/codex/protocol"
)

const (
	// MaxChunk bounds a chunk of output for [Options.OnOutput], in bytes.
	MaxChunk = 8192
	// MaxChunks bounds the chunks of each stream that reach
	// [Options.OnOutput]. Later output is still captured.
	//
	// spec: exec-and-tools, delta events
	MaxChunks = 10_000
	// readSize is how much is read at once when nobody is called and there is
	// much to read, in bytes.
	readSize = 32 << 10
)

// collector takes the output of one command. Its state is changed under mu,
// which is held during a call of onOutput, so that calls come one by one.
type collector struct {
	ctx      context.Context
	onOutput func(context.Context, protocol.ExecOutputStream, []byte)
	// tap gets all output before onOutput does, or is nil. It does not wait.
	tap func([]byte)

	mu         sync.Mutex
	stdout     *capture // nil when there is only one stream
	stderr     *capture
	aggregated *capture
	chunks     [2]int // handed to onOutput; stdout, stderr
	detached   bool   // output is thrown away

	// progressMu guards what the waiting side looks at while mu is held.
	progressMu sync.Mutex
	calling    bool      // onOutput is running
	read       int64     // bytes taken
	last       time.Time // when the last output was taken and handed over
}

func newCollector(ctx context.Context, opts *Options) *collector {
	limit := opts.CaptureLimit
	if limit <= 0 {
		limit = DefaultCaptureLimit
	}
	return &collector{ctx: ctx, onOutput: opts.OnOutput,
		stdout: newCapture(limit), stderr: newCapture(limit), aggregated: newCapture(limit)}
}

// single makes the collector expect one stream only, and tap get a copy of it.
func (c *collector) single(tap func([]byte)) { c.tap, c.stdout, c.stderr = tap, nil, nil }

// drain reads a stream to its end and closes it. The end is also an error: the
// file was closed, or there is nothing more to get from it.
func (c *collector) drain(f *os.File, stream protocol.ExecOutputStream) {
	defer f.Close()
	buf := make([]byte, MaxChunk)
	for {
		n, err := f.Read(buf)
		if n > 0 && !c.add(stream, buf[:n]) && n == len(buf) && n < readSize {
			buf = make([]byte, readSize)
		}
		if err != nil {
			return
		}
	}
}

// add takes a piece of output and reports whether onOutput will get the next
// of the stream. Pieces are at most MaxChunk bytes long until it does not.
func (c *collector) add(stream protocol.ExecOutputStream, p []byte) (calls bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.detached {
		return false
	}
	if c.tap != nil {
		c.tap(p)
	}
	own, i := c.stdout, 0
	if stream == protocol.StreamStderr {
		own, i = c.stderr, 1
	}
	if own != nil {
		own.write(p)
	}
	c.aggregated.write(p)
	calls = c.onOutput != nil && c.chunks[i] < MaxChunks
	if calls {
		c.progress(0, true)
		c.onOutput(c.ctx, stream, p)
		c.chunks[i]++
	}
	c.progress(len(p), false)
	return calls && c.chunks[i] < MaxChunks
}

func (c *collector) progress(n int, calling bool) {
	c.progressMu.Lock()
	defer c.progressMu.Unlock()
	c.read += int64(n)
	c.calling = calling
	c.last = time.Now()
}

// state tells how much was read, how long ago, and whether onOutput is running.
func (c *collector) state() (read int64, idle time.Duration, calling bool) {
	c.progressMu.Lock()
	defer c.progressMu.Unlock()
	return c.read, time.Since(c.last), c.calling
}

// detach waits for a running call and returns what was collected. Later output
// is thrown away.
func (c *collector) detach() (stdout, stderr, aggregated Output) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.detached = true
	aggregated = c.aggregated.output()
	if c.stdout == nil {
		return aggregated, Output{}, aggregated
	}
	return c.stdout.output(), c.stderr.output(), aggregated
}

// readReport reads the pipe of a helper to its end and closes it.
func readReport(f *os.File) []byte {
	defer f.Close()
	report, _ := io.ReadAll(io.LimitReader(f, ReportLimit))
	_, _ = io.Copy(io.Discard, f)
	return report
}
