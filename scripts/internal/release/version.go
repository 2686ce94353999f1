package release

import (
	"fmt"
	"strings"

	"golang.org/x/mod/semver"
)

// CheckVersion says whether a version can be released: "v1.2.3" or
// "v1.2.3-rc.1". Versions from v2 on need module paths that end in "/v2", which
// the modules do not have.
func CheckVersion(version string) error {
	switch {
	case !semver.IsValid(version) || semver.Canonical(version) != version:
		return fmt.Errorf("version %q is not of the form v1.2.3 or v1.2.3-rc.1", version)
	case semver.Major(version) != "v0" && semver.Major(version) != "v1":
		return fmt.Errorf("version %s needs module paths that end in /%s: rename the modules first", version, semver.Major(version))
	}
	return nil
}

// hasNotes reports whether the change log has a section for a version:
// "## [1.2.3] - 2026-01-31". A release without notes tells its users nothing.
func hasNotes(changelog, version string) bool {
	heading := "## [" + strings.TrimPrefix(version, "v") + "]"
	for line := range strings.Lines(changelog) {
		if strings.HasPrefix(line, heading) {
			return true
		}
	}
	return false
}
