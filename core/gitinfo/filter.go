package gitinfo

import (
	"context"
	"strconv"
	"strings"
)

// withoutFilters returns variables that make git pass over the filters which a
// repository brings along: a diff would run them on every changed file, outside
// of any sandbox, and whoever may write the repository chooses what they are.
// Those of the user and of the system stay.
func withoutFilters(ctx context.Context, dir string) ([]string, error) {
	const none = 1 // the exit status when nothing matches
	out, err := git(ctx, dir, []int{none}, "config", "--show-scope", "--name-only", "-z", "--get-regexp", `^filter\.`)
	if err != nil {
		return nil, err
	}
	var settings []string
	seen := map[string]bool{}
	for fields := strings.Split(string(out), "\x00"); len(fields) >= 2; fields = fields[2:] {
		scope, name := fields[0], fields[1]
		end := strings.LastIndexByte(name, '.')
		if scope == "system" || scope == "global" || end < 0 || seen[name[:end]] {
			continue
		}
		seen[name[:end]] = true
		settings = append(settings, name[:end]+".clean", "", name[:end]+".process", "", name[:end]+".required", "false")
	}
	if len(settings) == 0 {
		return nil, nil
	}
	env := []string{"GIT_CONFIG_COUNT=" + strconv.Itoa(len(settings)/2)}
	for i := 0; i < len(settings); i += 2 {
		n := strconv.Itoa(i / 2)
		env = append(env, "GIT_CONFIG_KEY_"+n+"="+settings[i], "GIT_CONFIG_VALUE_"+n+"="+settings[i+1])
	}
	return env, nil
}
