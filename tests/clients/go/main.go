// Stories of a client in Go: calls to AWS in order, one line on stdout for each, of what came of it.
//
// The endpoint, the Region and the credentials come from the environment, as with any program that uses the SDK.
// STORIES_KEY names a KMS key and STORIES_ROLE a role that are there already.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"
)

var stories = map[string]func(context.Context, aws.Config){
	"cloudtrail":   tellCloudTrail,
	"imagebuilder": tellImageBuilder,
	"s3":           tellS3,
	"services":     tellServices,
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	for _, name := range os.Args[1:] {
		fmt.Println("#", name)
		stories[name](ctx, settings)
	}
}

// step makes a call and tells what came of it.
func step(call string, make func() (string, error)) {
	outcome, err := make()
	if err != nil {
		outcome = refusal(err)
	}
	fmt.Printf("%s: %s\n", call, outcome)
}

// done is a call of which nothing but its success is told.
func done[Output any](_ Output, err error) (string, error) {
	return "ok", err
}

// refusal names the type that the SDK has for an error, or its code where it has none.
func refusal(err error) string {
	var known smithy.APIError
	if !errors.As(err, &known) {
		return "failed: " + err.Error()
	}
	if _, generic := known.(*smithy.GenericAPIError); generic {
		return "refused, untyped: " + strings.TrimSuffix(known.ErrorCode(), "Exception")
	}
	return "refused: " + strings.TrimSuffix(reflect.TypeOf(known).Elem().Name(), "Exception")
}
