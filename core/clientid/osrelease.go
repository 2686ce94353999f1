package clientid

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
)

// unknown stands for a name or version that the system does not tell.
const unknown = "Unknown"

// distributions maps the ID of an os-release file to the name that user agents
// carry, where it is not the NAME of that file.
var distributions = map[string]string{
	"almalinux":           "AlmaLinux",
	"alpine":              "Alpine Linux",
	"amzn":                "Amazon Linux AMI",
	"arch":                "Arch Linux",
	"archarm":             "Arch Linux",
	"artix":               "Artix Linux",
	"centos":              "CentOS",
	"debian":              "Debian",
	"endeavouros":         "EndeavourOS",
	"fedora":              "Fedora",
	"garuda":              "Garuda Linux",
	"gentoo":              "Gentoo Linux",
	"kali":                "Kali Linux",
	"linuxmint":           "Linux Mint",
	"manjaro":             "Manjaro",
	"mariner":             "Mariner",
	"nixos":               "NixOS",
	"ol":                  "Oracle Linux",
	"opensuse":            "openSUSE",
	"opensuse-leap":       "openSUSE",
	"opensuse-tumbleweed": "openSUSE",
	"pop":                 "Pop!_OS",
	"raspbian":            "Raspberry Pi OS",
	"rhel":                "Red Hat Enterprise Linux",
	"rocky":               "Rocky Linux",
	"sled":                "SUSE Linux Enterprise Server",
	"sles":                "SUSE Linux Enterprise Server",
	"ubuntu":              "Ubuntu",
}

// parseOSRelease reads the name and version of a distribution from the text of
// an os-release file, which holds shell assignments.
func parseOSRelease(text string) (name, version string) {
	values := make(map[string]string)
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok || strings.HasPrefix(key, "#") {
			continue
		}
		values[key] = unquote(value)
	}
	name, known := distributions[strings.ToLower(values["ID"])]
	if !known {
		name = values["NAME"]
	}
	if name == "" {
		name = "Linux"
	}
	return name, normalizeVersion(values["VERSION_ID"])
}

// unquote takes the shell quotes from one value of an os-release file.
func unquote(value string) string {
	if len(value) < 2 || value[0] != value[len(value)-1] || (value[0] != '"' && value[0] != '\'') {
		return value
	}
	inner := value[1 : len(value)-1]
	if value[0] == '\'' {
		return inner
	}
	return strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\$`, `$`, "\\`", "`").Replace(inner)
}

// normalizeVersion writes a numeric version as three numbers ("12" is 12.0.0,
// "24.04" is 24.4.0), keeps any other text, and calls an empty one unknown.
func normalizeVersion(version string) string {
	if version == "" {
		return unknown
	}
	parts := strings.Split(version, ".")
	if len(parts) > 3 {
		return version
	}
	numbers := [3]uint64{}
	for i, part := range parts {
		number, err := strconv.ParseUint(part, 10, 64)
		if err != nil {
			return version
		}
		numbers[i] = number
	}
	return strconv.FormatUint(numbers[0], 10) + "." +
		strconv.FormatUint(numbers[1], 10) + "." +
		strconv.FormatUint(numbers[2], 10)
}

// parseSystemVersion reads ProductVersion from the property list that macOS
// keeps about itself.
func parseSystemVersion(text string) string {
	decoder := xml.NewDecoder(strings.NewReader(text))
	// The list names its document type; no external entity is ever fetched.
	decoder.Strict = false
	wanted := false
	for {
		var element struct {
			Text string `xml:",chardata"`
		}
		token, err := decoder.Token()
		if err == io.EOF || err != nil {
			return unknown
		}
		start, ok := token.(xml.StartElement)
		if !ok || (start.Name.Local != "key" && start.Name.Local != "string") {
			continue
		}
		if err := decoder.DecodeElement(&element, &start); err != nil {
			return unknown
		}
		if wanted && start.Name.Local == "string" {
			return normalizeVersion(strings.TrimSpace(element.Text))
		}
		wanted = start.Name.Local == "key" && strings.TrimSpace(element.Text) == "ProductVersion"
	}
}
