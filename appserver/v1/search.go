package v1

import (
	"context"
	"path/filepath"

	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/filesearch"
)

// maxSearches is how many searches of a connection run at a time. Each keeps the
// whole machine busy; the others wait for their turn.
const maxSearches = 2

// searchToken is the latest search with a cancellation token. A later one with
// the same token cancels it.
type searchToken struct{ cancel context.CancelFunc }

// beginSearch registers a search in the order of arrival and cancels the earlier
// one with the same token. end must be called, and may be called alone.
func (m *Methods) beginSearch(token *string) (ctx context.Context, end func()) {
	ctx, cancel := context.WithCancel(m.life)
	if token == nil {
		return ctx, cancel
	}
	own := &searchToken{cancel}
	m.mu.Lock()
	earlier := m.searches[*token]
	m.searches[*token] = own
	m.mu.Unlock()
	if earlier != nil {
		earlier.cancel()
	}
	return ctx, func() {
		m.mu.Lock()
		if m.searches[*token] == own {
			delete(m.searches, *token)
		}
		m.mu.Unlock()
		cancel()
	}
}

// fuzzyFileSearch finds files by parts of their paths. A search that is
// cancelled by another one finds nothing. (spec: app-server, fuzzyFileSearch)
func (m *Methods) fuzzyFileSearch(ctx, search context.Context, r *protocol.FuzzyFileSearchParams) (*protocol.FuzzyFileSearchResponse, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(search, cancel)()
	response := &protocol.FuzzyFileSearchResponse{Files: []protocol.FuzzyFileSearchResult{}}
	select {
	case m.searching <- struct{}{}:
		defer func() { <-m.searching }()
	case <-ctx.Done():
		return response, nil
	}
	excludes, err := m.b.UserExcludes()
	if err != nil {
		m.log.Debug().Err(err).Msg("the user's git excludes are not used")
	}
	matches, err := filesearch.Search(ctx, r.Query, r.Roots, &filesearch.Options{Dir: m.b.Startup.Cwd, Excludes: excludes})
	if err != nil && ctx.Err() == nil {
		return nil, replyError("error searching for files", err)
	}
	for _, match := range matches {
		response.Files = append(response.Files, protocol.FuzzyFileSearchResult{
			Root:     match.Root,
			Path:     match.Path,
			FileName: filepath.Base(match.Path),
			Score:    match.Score,
			Indices:  match.Indices,
		})
	}
	return response, nil
}
