package filesearch

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

// queue is the directories that are still to be read. The one that was added
// last is read first, which keeps the queue short.
type queue struct {
	stopped atomic.Bool // the search was cancelled

	mu      sync.Mutex
	changed sync.Cond
	jobs    []job
	busy    int // jobs that somebody has in hand
}

// job is a directory to read.
type job struct {
	root  *root
	path  string // relative to the root, "" for the root itself
	above *level // rules of the directories above
}

// put adds jobs and ends the one that led to them.
func (q *queue) put(jobs []job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.jobs = append(q.jobs, jobs...)
	q.busy--
	switch {
	case q.busy == 0 && len(q.jobs) == 0 || len(jobs) > 1:
		q.changed.Broadcast()
	case len(jobs) == 1:
		q.changed.Signal()
	}
}

// take returns a job, or false when there will be none.
func (q *queue) take() (job, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.jobs) == 0 && q.busy > 0 && !q.stopped.Load() {
		q.changed.Wait()
	}
	if len(q.jobs) == 0 || q.stopped.Load() {
		return job{}, false
	}
	last := len(q.jobs) - 1
	j := q.jobs[last]
	q.jobs[last] = job{}
	q.jobs = q.jobs[:last]
	q.busy++
	return j, true
}

func (q *queue) stop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.stopped.Store(true)
	q.changed.Broadcast()
}

// walk reads the trees and gathers what matches.
func (s *search) walk(ctx context.Context, workers int) error {
	q := new(queue)
	q.changed.L = &q.mu
	for _, r := range slices.Backward(s.roots) {
		q.jobs = append(q.jobs, job{root: r, above: r.above})
	}
	cancelled := context.AfterFunc(ctx, q.stop)
	defer cancelled()
	all := make([]*worker, workers)
	var wg sync.WaitGroup
	for i := range all {
		w := &worker{search: s, queue: q, found: make([]best, len(s.roots))}
		for j := range w.found {
			w.found[j].limit = s.limit
		}
		all[i] = w
		wg.Go(w.run)
	}
	wg.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	s.found = all[0].found
	for _, w := range all[1:] {
		for i := range w.found {
			for _, f := range w.found[i].found {
				s.found[i].add(f.score, f.path)
			}
		}
	}
	return nil
}

// worker reads one directory after the other.
type worker struct {
	search *search
	queue  *queue
	found  []best // of each root

	listing listing
	path    candidate
	abs     []byte // absolute path of the directory, with slashes, ending in one
	jobs    []job  // directories below the one in hand
}

// checkEvery is how many entries are looked at between two looks at the clock.
const checkEvery = 256

func (w *worker) run() {
	for {
		j, ok := w.queue.take()
		if !ok {
			return
		}
		w.jobs = w.jobs[:0]
		w.read(j)
		w.queue.put(w.jobs)
	}
}

// read reads a directory. One that cannot be read, or only in part, counts as
// far as it can.
func (w *worker) read(j job) {
	d := j.root.dir
	if j.path != "" {
		var err error
		if d, err = d.open(j.path); err != nil {
			return
		}
		defer d.close()
	}
	_ = d.list(&w.listing, w.queue.stopped.Load)

	l := &w.listing
	w.abs = append(w.abs[:0], j.root.abs...)
	if j.path != "" {
		w.abs = append(append(w.abs, j.path...), '/')
		if separator != '/' {
			for i, b := range w.abs {
				if b == separator {
					w.abs[i] = '/'
				}
			}
		}
	}
	rules := j.above
	repository := l.git
	if l.ignore || l.gitignore || repository || j.path == "" {
		sets := w.search.rulesIn(d, l.ignore, l.gitignore, repository)
		if j.path == "" && rules.nearest(sourceUser) == nil {
			sets[sourceUser] = w.search.user // outside of every repository
		}
		rules = newLevel(rules, len(w.abs), sets)
	}

	w.path.enter(j.path)
	for i, e := range l.entries {
		if i%checkEvery == 0 && w.queue.stopped.Load() {
			return
		}
		name := l.name(e)
		if e.dir {
			w.directory(j, rules, name)
		} else {
			w.file(j.root.index, rules, name)
		}
	}
}

// directory plans the reading of a directory.
func (w *worker) directory(j job, rules *level, name []byte) {
	if !utf8.Valid(name) || w.ignored(rules, name, true) {
		return
	}
	path := string(w.path.text[:w.path.prefix]) + string(name)
	if !j.root.inner[path] {
		w.jobs = append(w.jobs, job{root: j.root, path: path, above: rules})
	}
}

// file scores a file. Whether it is ignored is looked at last, when it would
// make it into the list.
func (w *worker) file(root int, rules *level, name []byte) {
	w.path.name(name)
	score, ok := w.path.score(w.search.pattern, nil)
	if !ok || !w.found[root].wants(score, w.path.text) || !utf8.Valid(name) || w.ignored(rules, name, false) {
		return
	}
	w.found[root].add(score, w.path.text)
}

func (w *worker) ignored(rules *level, name []byte, dir bool) bool {
	if rules == nil {
		return false
	}
	length := len(w.abs)
	w.abs = append(w.abs, name...)
	ignored := rules.ignores(w.abs, name, dir)
	w.abs = w.abs[:length]
	return ignored
}
