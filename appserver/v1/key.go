package v1

import (
	"errors"
	"path/filepath"
	"strings"

	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// resumeKey names the line of a conversation that is known by its file. The
// name of a rollout ends with the id.
func resumeKey(path string) string {
	name := strings.TrimSuffix(filepath.Base(path), ".jsonl")
	if len(name) > 36 {
		if id, err := protocol.ParseConversationID(name[len(name)-36:]); err == nil {
			return conversationKey(id)
		}
	}
	return "resume " + filepath.Clean(path)
}

// asAnswer reports whether an error is one that the peer sent.
func asAnswer(err error) (*jsonrpc.Error, bool) {
	var answer *jsonrpc.Error
	ok := errors.As(err, &answer)
	return answer, ok
}
