package ollama

import (
	"fmt"
	"io"
	"time"
)

// Printer writes the progress of a pull for people: one line that is written
// over again and again.
type Printer struct {
	// Writer is where the text goes, such as stderr. Its errors are ignored:
	// progress is not worth a failure.
	Writer io.Writer
	// Now is the clock; nil means time.Now.
	Now func() time.Time

	started   time.Time
	announced bool
	width     int // of the line on the screen
	last      Progress
}

// Progress writes how far a pull is. It is an [Observer.Progress].
func (p *Printer) Progress(now Progress) {
	clock := time.Now
	if p.Now != nil {
		clock = p.Now
	}
	if p.started.IsZero() {
		p.started = clock()
	}
	switch {
	case now.Status == "success":
		p.line("success")
		fmt.Fprintln(p.Writer)
		p.width = 0
	case now.Total > 0 && (now.Total != p.last.Total || now.Completed != p.last.Completed):
		if !p.announced {
			p.announced = true
			p.line(fmt.Sprintf("Downloading model: total %.2f GB", gigabytes(now.Total)))
			fmt.Fprintln(p.Writer)
			p.width = 0
		}
		speed := 0.0
		if elapsed := clock().Sub(p.started).Seconds(); elapsed > 0 {
			speed = float64(now.Completed) / 1e6 / elapsed
		}
		p.line(fmt.Sprintf("%.2f/%.2f GB (%.1f%%) %.1f MB/s", gigabytes(now.Completed), gigabytes(now.Total),
			100*float64(now.Completed)/float64(now.Total), speed))
	case now.Status != "" && now.Status != "pulling manifest" && now.Status != p.last.Status:
		p.line(now.Status)
	}
	p.last = now
}

// line writes over the line on the screen.
func (p *Printer) line(text string) {
	fmt.Fprintf(p.Writer, "\r%-*s", p.width, text)
	p.width = len(text)
}

func gigabytes(n uint64) float64 { return float64(n) / (1 << 30) }
