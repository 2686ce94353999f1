package protocol

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/codex-go/codex/mcptypes/wire"
)

// ConversationID is the id of a conversation: a UUID in lower-case hyphenated
// form. New ones are version 7, so that they sort by time. The zero value is
// no id. Decoding accepts every usual spelling of a UUID.
// (spec: events-and-rollouts, identifiers)
type ConversationID string

// SubscriptionID is the id of a listener: a version 4 UUID.
type SubscriptionID string

// LoginID is the id of a running login: a version 4 UUID.
type LoginID string

// NewConversationID returns a fresh version 7 id for the time at.
func NewConversationID(at time.Time) ConversationID { return ConversationID(newUUIDv7(at)) }

// NewTurnID returns a fresh version 7 UUID for a turn that begins at at.
func NewTurnID(at time.Time) string { return newUUIDv7(at) }

// NewSubscriptionID returns a fresh id.
func NewSubscriptionID() SubscriptionID { return SubscriptionID(newUUIDv4()) }

// NewLoginID returns a fresh id.
func NewLoginID() LoginID { return LoginID(newUUIDv4()) }

// ParseConversationID reads any usual spelling of a UUID: hyphenated, 32 hex
// digits, in braces, or as urn:uuid:, in any case.
func ParseConversationID(s string) (ConversationID, error) {
	id, err := parseUUID(s)
	return ConversationID(id), err
}

// DecodeWire reads any usual spelling of a UUID.
func (id *ConversationID) DecodeWire(d *wire.Decoder) error { return decodeUUID(d, (*string)(id)) }

// DecodeWire reads any usual spelling of a UUID.
func (id *SubscriptionID) DecodeWire(d *wire.Decoder) error { return decodeUUID(d, (*string)(id)) }

// DecodeWire reads any usual spelling of a UUID.
func (id *LoginID) DecodeWire(d *wire.Decoder) error { return decodeUUID(d, (*string)(id)) }

// WireForm returns "UUID".
func (ConversationID) WireForm() string { return uuidForm }

// WireForm returns "UUID".
func (SubscriptionID) WireForm() string { return uuidForm }

// WireForm returns "UUID".
func (LoginID) WireForm() string { return uuidForm }

// uuidForm is what errors call a UUID.
const uuidForm = "UUID"

func decodeUUID(d *wire.Decoder, id *string) error {
	at := d.Offset()
	s, err := d.String()
	if err != nil {
		return d.MismatchAt(at, uuidForm)
	}
	if *id, err = parseUUID(s); err != nil {
		return d.MismatchAt(at, uuidForm)
	}
	return nil
}

func parseUUID(s string) (string, error) {
	hexDigits := s
	switch {
	case len(s) == 36:
	case len(s) == 45 && strings.EqualFold(s[:9], "urn:uuid:"):
		hexDigits = s[9:]
	case len(s) == 38 && s[0] == '{' && s[37] == '}':
		hexDigits = s[1:37]
	case len(s) == 32:
		hexDigits = s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
	default:
		return "", fmt.Errorf("%q is not a UUID", clip(s))
	}
	hexDigits = strings.ToLower(hexDigits)
	for i := range hexDigits {
		c := hexDigits[i]
		if hyphen := i == 8 || i == 13 || i == 18 || i == 23; hyphen != (c == '-') ||
			!hyphen && !('0' <= c && c <= '9' || 'a' <= c && c <= 'f') {
			return "", fmt.Errorf("%q is not a UUID", clip(s))
		}
	}
	return hexDigits, nil
}

// clip bounds the text of bad input that an error repeats.
func clip(s string) string {
	if len(s) > 64 {
		return s[:64] + "..."
	}
	return s
}

func newUUIDv4() string {
	var u [16]byte
	rand.Read(u[:]) // never fails
	return formatUUID(u, 4)
}

func newUUIDv7(at time.Time) string {
	var u [16]byte
	rand.Read(u[6:]) // never fails
	binary.BigEndian.PutUint64(u[:8], uint64(at.UnixMilli())<<16|uint64(u[6])<<8|uint64(u[7]))
	return formatUUID(u, 7)
}

func formatUUID(u [16]byte, version byte) string {
	u[6] = u[6]&0x0f | version<<4
	u[8] = u[8]&0x3f | 0x80
	var b [36]byte
	hex.Encode(b[:], u[:4])
	hex.Encode(b[9:], u[4:6])
	hex.Encode(b[14:], u[6:8])
	hex.Encode(b[19:], u[8:10])
	hex.Encode(b[24:], u[10:])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	return string(b[:])
}
