package rollout

import (
	"path/filepath"
	"strings"
	"time"

	"github.com/codex-go/codex/protocol"
)

// stampLayout is the form of a time in the name of a rollout.
const stampLayout = "2006-01-02T15-04-05"

// fileName returns the name of the rollout of a conversation that began at
// start, whose location counts.
func fileName(start time.Time, id protocol.ConversationID) string {
	return "rollout-" + start.Format(stampLayout) + "-" + string(id) + ".jsonl"
}

// parseFileName takes the name of a rollout apart. (spec: events-and-rollouts,
// listing and finding)
func parseFileName(name string) (c Cursor, ok bool) {
	rest, found := strings.CutPrefix(name, "rollout-")
	if !found {
		return Cursor{}, false
	}
	rest, found = strings.CutSuffix(rest, ".jsonl")
	if !found || len(rest) <= len(stampLayout)+1 || rest[len(stampLayout)] != '-' {
		return Cursor{}, false
	}
	stamp := rest[:len(stampLayout)]
	if !validStamp(stamp) {
		return Cursor{}, false
	}
	id, err := protocol.ParseConversationID(rest[len(stampLayout)+1:])
	if err != nil {
		return Cursor{}, false
	}
	return Cursor{stamp: stamp, id: id}, true
}

// NamedID returns the conversation that the name of the file at path tells. ok is
// false when it is not the name of a rollout.
func NamedID(path string) (id protocol.ConversationID, ok bool) {
	at, ok := parseFileName(filepath.Base(path))
	return at.id, ok
}

// validStamp reports whether s is a time as file names write it.
func validStamp(s string) bool {
	if len(s) != len(stampLayout) {
		return false
	}
	for i := range len(s) {
		if digit := stampLayout[i] >= '0' && stampLayout[i] <= '9'; digit != (s[i] >= '0' && s[i] <= '9') ||
			!digit && s[i] != stampLayout[i] {
			return false
		}
	}
	at := func(i int) int { return int(s[i]-'0')*10 + int(s[i+1]-'0') }
	month, day := at(5), at(8)
	return month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
		day <= time.Date(at(0)*100+at(2), time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day() &&
		at(11) <= 23 && at(14) <= 59 && at(17) <= 59
}
