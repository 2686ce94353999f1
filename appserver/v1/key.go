package v1

import (
	"path/filepath"
	"strings"

	"github.com/codex-go/codex/protocol"
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
