package shellcmd

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// findWords are the options, tests and actions of find that neither write,
// delete nor run anything. find knows no abbreviations.
var findWords = names(
	`H L P E X d s depth maxdepth mindepth mount xdev x follow daystart noleaf warn nowarn
	ignore_readdir_race noignore_readdir_race regextype`,
	`name iname path ipath wholename iwholename regex iregex lname ilname`,
	`type xtype size empty perm user group uid gid nouser nogroup links inum samefile fstype flags
	readable writable executable`,
	`mtime mmin ctime cmin atime amin Btime Bmin newer anewer cnewer used true false`,
	`print print0 printf ls prune quit`,
	`not a and o or`,
)

var (
	findNewer = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^newer[aBcm][aBcmt]$`) })
	// findValue is what values that begin with a dash look like: numbers with a
	// unit (-mtime -1, -size -10k) and permissions (-perm -u+x, -perm -644).
	findValue = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^([0-9]+[bcwkMGsmhd]?|[ugoa]+[+=][rwxXst]+(,[ugoa]+[+=][rwxXst]+)*|O[0-9])$`)
	})
)

func distrustFind(args []Word) string {
	if why := globs(args); why != "" {
		return why
	}
	for _, a := range args {
		word, dashed := strings.CutPrefix(a.Value, "-")
		if !dashed || word == "" || word == "-" || findWords.has(word) || findNewer().MatchString(word) || findValue().MatchString(word) {
			continue
		}
		return fmt.Sprintf("%s is not on the list", a.Value)
	}
	return ""
}
