package rollout

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/codex-go/codex/protocol"
)

const (
	defaultPageSize = 25
	maxPageSize     = 1000
	// listReaders is how many files are opened at the same time.
	listReaders = 4
	// maxBatch is how many files are taken at a time while none is found.
	maxBatch = 256
	// lookAhead is how many files a full page opens to find out whether
	// another follows. Beyond it the page says that there may be.
	lookAhead = 200
)

// List returns a page of conversations, newest first. It opens the files that
// stand in the list after the cursor, a few at a time, until the page is full
// and one more is found; it never reads more of a file than its beginning, and
// nothing of those that it passed over before and that have not changed.
func (s *FileStore) List(ctx context.Context, q ListQuery) (Page, error) {
	size := q.PageSize
	switch {
	case size < 0:
		return Page{}, nil
	case size == 0:
		size = defaultPageSize
	}
	size = min(size, maxPageSize)

	root := s.root(q.Archived)
	entries := walkDays(root, q.After, &s.days)
	if q.Archived {
		entries = walkFlat(root, q.After, &s.days)
	}
	page, err := s.fill(ctx, entries, size, q.wants)
	if err != nil {
		return Page{}, fmt.Errorf("list conversations: %w", err)
	}
	s.skips.settle(root, page.Next.IsZero())
	return page, nil
}

// wants reports whether conversations of a source are asked for.
func (q *ListQuery) wants(source protocol.SessionSource) bool {
	if q.AnySource {
		return true
	}
	if q.Sources == nil {
		return slices.Contains(InteractiveSources(), source)
	}
	return slices.Contains(q.Sources, source)
}

// fill takes size conversations from the front of entries.
func (s *FileStore) fill(ctx context.Context, entries iter.Seq2[entry, error], size int, wanted func(protocol.SessionSource) bool) (Page, error) {
	next, stop := iter.Pull2(entries)
	defer stop()
	var page Page
	var last Cursor // of the last file that is on the page, or behind it
	for ahead := 0; ahead < lookAhead; {
		n := size + 1 - len(page.Items)
		switch {
		case ahead > 0:
			n = 4 * listReaders
		case page.Scanned > 0:
			// So many are passed over that the index may know them, and that
			// more are taken at a time.
			s.skips.load()
			n = min(max(n, page.Scanned), maxBatch)
		}
		batch, err := take(next, n)
		if err != nil {
			return Page{}, err
		}
		if len(batch) == 0 {
			return page, nil
		}
		heads, err := s.heads(ctx, batch, wanted)
		if err != nil {
			return Page{}, err
		}
		page.Scanned += len(batch)
		for i, h := range heads {
			switch full := len(page.Items) == size; {
			case h != nil && full:
				page.Next = last
				return page, nil
			case h != nil:
				page.Items = append(page.Items, *h)
				last = batch[i].at
			case full:
				ahead++
			}
		}
		if ahead > 0 {
			// The files behind the page are none that a list shows.
			last = batch[len(batch)-1].at
		}
	}
	page.Next = last
	return page, nil
}

// take returns up to n entries.
func take(next func() (entry, error, bool), n int) ([]entry, error) {
	batch := make([]entry, 0, n)
	for len(batch) < n {
		e, err, ok := next()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		batch = append(batch, e)
	}
	return batch, nil
}

// heads reads the beginnings of files. The result has nil for those that a
// list does not show.
func (s *FileStore) heads(ctx context.Context, batch []entry, wanted func(protocol.SessionSource) bool) ([]*Summary, error) {
	found := make([]*Summary, len(batch))
	begun := time.Now()
	work := make(chan int)
	var readers sync.WaitGroup
	for range min(listReaders, len(batch)) {
		readers.Go(func() {
			r, _ := s.readers.Get().(*headReader)
			if r == nil {
				r = new(headReader)
			}
			defer s.readers.Put(r)
			for i := range work {
				if summary, ok := r.read(&batch[i], wanted, &s.skips, begun); ok {
					found[i] = &summary
				}
			}
		})
	}
	defer readers.Wait()
	defer close(work)
	for i := range batch {
		select {
		case work <- i:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return found, nil
}
