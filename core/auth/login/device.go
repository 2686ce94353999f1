package login

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/codex-go/codex/core/internal/pause"
)

const (
	// deviceTime is how long a user has to type the code.
	deviceTime = 15 * time.Minute
	// shortestInterval is how often the issuer is asked at most, and how often
	// when it names no interval.
	shortestInterval = time.Second
	defaultInterval  = 5 * time.Second
	// slowDown is how much longer the pauses get when the issuer is asked too
	// often for its taste.
	slowDown = 5 * time.Second
)

// ErrNoDeviceLogin is the cause when the issuer gives out no codes.
var ErrNoDeviceLogin = errors.New("the issuer offers no sign-in with a code")

// DeviceOptions are the inputs of [Device]. Only Store and Prompt are required.
type DeviceOptions struct {
	// Store takes the tokens.
	Store Store
	// Prompt shows the user where to go and which code to type there.
	Prompt func(address, code string)
	// Issuer is the service to sign in with. Empty means [auth.Issuer].
	Issuer string
	// ClientID names the program to the issuer. Empty means [auth.ClientID].
	ClientID string
	// HTTPClient carries the requests to the issuer; its redirect policy is not
	// used. Nil means one over [http.DefaultTransport].
	HTTPClient *http.Client
}

// Device signs in with a code that the user types into a browser elsewhere, and
// returns when the tokens are stored, when 15 minutes are over ([ErrTimedOut])
// or when ctx ends. (spec: config-and-auth, device-code login)
func Device(ctx context.Context, options DeviceOptions) error {
	ctx, cancel := context.WithTimeoutCause(ctx, deviceTime, ErrTimedOut)
	defer cancel()
	i := newIssuer(options.Issuer, options.ClientID, options.HTTPClient)
	base := i.base + "/api/accounts/deviceauth"
	device, err := i.requestCode(ctx, base)
	if err != nil {
		return err
	}
	options.Prompt(base+"/authorize", device.code)
	grant, err := i.pollGrant(ctx, base, device)
	if err != nil {
		return err
	}
	tokens, err := i.exchange(ctx, grant.code, i.base+"/deviceauth/callback", grant.verifier)
	if err != nil {
		return err
	}
	if err := options.Store.LoginChatGPT(ctx, tokens); err != nil {
		return fmt.Errorf("store the sign-in: %w", err)
	}
	return nil
}

// deviceCode is what a device login begins with.
type deviceCode struct {
	id, code string
	interval time.Duration
}

func (i issuer) requestCode(ctx context.Context, base string) (deviceCode, error) {
	const what = "request a code"
	members, err := i.postJSON(ctx, what, base+"/usercode", struct {
		ClientID string `json:"client_id"`
	}{i.clientID})
	if refusal, ok := errors.AsType[*StatusError](err); ok && refusal.Status == http.StatusNotFound {
		return deviceCode{}, fmt.Errorf("%s: %w", what, ErrNoDeviceLogin)
	}
	if err != nil {
		return deviceCode{}, err
	}
	device := deviceCode{id: stringMember(members, "device_auth_id"), code: stringMember(members, "user_code")}
	if device.code == "" {
		device.code = stringMember(members, "usercode")
	}
	if device.id == "" || device.code == "" {
		return deviceCode{}, fmt.Errorf("%s: %w", what, ErrAnswer)
	}
	device.interval = interval(members["interval"])
	return device, nil
}

// interval reads a number of seconds, also one in a string.
func interval(raw json.RawMessage) time.Duration {
	number, err := strconv.ParseFloat(strings.TrimSpace(string(bytes.Trim(raw, `"`))), 64)
	if err != nil || math.IsNaN(number) || number <= 0 {
		return defaultInterval
	}
	return max(time.Duration(min(number, deviceTime.Seconds())*float64(time.Second)), shortestInterval)
}

// deviceGrant is what the issuer gives out once the user has typed the code.
type deviceGrant struct{ code, verifier string }

func (i issuer) pollGrant(ctx context.Context, base string, device deviceCode) (deviceGrant, error) {
	const what = "wait for the code to be typed"
	question := struct {
		ID   string `json:"device_auth_id"`
		Code string `json:"user_code"`
	}{device.id, device.code}
	for {
		members, err := i.postJSON(ctx, what, base+"/token", question)
		refusal, _ := errors.AsType[*StatusError](err)
		switch {
		case err == nil:
			grant := deviceGrant{code: stringMember(members, "authorization_code"), verifier: stringMember(members, "code_verifier")}
			if grant.code == "" || grant.verifier == "" {
				return deviceGrant{}, fmt.Errorf("%s: %w", what, ErrAnswer)
			}
			return grant, nil
		case refusal == nil:
			return deviceGrant{}, err
		case refusal.Status == http.StatusTooManyRequests:
			device.interval += slowDown
		case refusal.Status != http.StatusForbidden && refusal.Status != http.StatusNotFound: // not typed yet
			return deviceGrant{}, err
		}
		if err := pause.For(ctx, device.interval); err != nil {
			return deviceGrant{}, fmt.Errorf("%s: %w", what, err)
		}
	}
}

// postJSON sends a value and returns the object that comes back.
func (i issuer) postJSON(ctx context.Context, what, address string, value any) (map[string]json.RawMessage, error) {
	body, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	content, err := i.post(ctx, what, address, "application/json", string(body))
	if err != nil {
		return nil, err
	}
	members, err := object(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return members, nil
}

// stringMember returns a member that is a string; anything else is empty.
func stringMember(members map[string]json.RawMessage, key string) string {
	var value string
	if json.Unmarshal(members[key], &value) != nil {
		return ""
	}
	return value
}
