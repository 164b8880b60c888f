package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

const (
	objects  = "stories-objects"
	text     = "what was asked, from where, by whom, when\n"
	partSize = 5 << 20
)

var errorCode = regexp.MustCompile("<Code>(.*)</Code>")

func s3Client(settings aws.Config) *s3.Client {
	return s3.NewFromConfig(settings, func(options *s3.Options) { options.UsePathStyle = true })
}

func tellS3(ctx context.Context, settings aws.Config) {
	client := s3Client(settings)
	step("s3 CreateBucket", func() (string, error) {
		return done(client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(objects)}))
	})
	putObjects(ctx, client)
	getObjects(ctx, client)
	uploadParts(ctx, client)
	listObjects(ctx, client)
	deleteObjects(ctx, client)
}

func putObjects(ctx context.Context, client *s3.Client) {
	for _, key := range []string{"a b+c/é.txt", "one.txt", "two.txt"} {
		step("s3 PutObject", func() (string, error) {
			put, err := client.PutObject(ctx, &s3.PutObjectInput{
				Bucket: aws.String(objects), Key: aws.String(key), Body: strings.NewReader(text),
			})
			if err != nil {
				return "", err
			}
			return "CRC32 " + aws.ToString(put.ChecksumCRC32), nil
		})
	}
	step("s3 PutObject", func() (string, error) {
		return done(client.PutObject(ctx, &s3.PutObjectInput{
			Bucket: aws.String(objects), Key: aws.String("bad.txt"), Body: strings.NewReader(text),
			ChecksumCRC32: aws.String("AAAAAA=="),
		}))
	})
}

func getObjects(ctx context.Context, client *s3.Client) {
	for _, key := range []string{"a b+c/é.txt", "none.txt"} {
		step("s3 GetObject", func() (string, error) {
			return read(client.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(objects), Key: aws.String(key)}))
		})
	}
	step("s3 GetObject", func() (string, error) {
		signed, err := s3.NewPresignClient(client).PresignGetObject(ctx, &s3.GetObjectInput{
			Bucket: aws.String(objects), Key: aws.String("a b+c/é.txt"),
		}, s3.WithPresignExpires(time.Minute))
		if err != nil {
			return "", err
		}
		answer, err := http.Get(signed.URL)
		if err != nil {
			return "", err
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if code := errorCode.FindSubmatch(body); code != nil {
			return "refused: " + string(code[1]), nil
		}
		return fmt.Sprintf("presigned, %d, whole %t", answer.StatusCode, string(body) == text), err
	})
}

func read(object *s3.GetObjectOutput, err error) (string, error) {
	if err != nil {
		return "", err
	}
	defer object.Body.Close()
	body, err := io.ReadAll(object.Body)
	return fmt.Sprintf("%d bytes", len(body)), err
}

func uploadParts(ctx context.Context, client *s3.Client) {
	bucket, key, upload := aws.String(objects), aws.String("large.bin"), aws.String("none")
	step("s3 CreateMultipartUpload", func() (string, error) {
		begun, err := client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: key})
		if err == nil {
			upload = begun.UploadId
		}
		return done(begun, err)
	})
	parts := []types.CompletedPart{}
	for number, size := range []int{partSize, 3} {
		part := types.CompletedPart{PartNumber: aws.Int32(int32(number + 1)), ETag: aws.String("none")}
		step("s3 UploadPart", func() (string, error) {
			sent, err := client.UploadPart(ctx, &s3.UploadPartInput{
				Bucket: bucket, Key: key, UploadId: upload, PartNumber: part.PartNumber,
				Body: bytes.NewReader(make([]byte, size)),
			})
			if err != nil {
				return "", err
			}
			part.ETag, part.ChecksumCRC32 = sent.ETag, sent.ChecksumCRC32
			return "CRC32 " + aws.ToString(sent.ChecksumCRC32), nil
		})
		parts = append(parts, part)
	}
	step("s3 CompleteMultipartUpload", func() (string, error) {
		return done(client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
			Bucket: bucket, Key: key, UploadId: upload, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
		}))
	})
	step("s3 GetObject", func() (string, error) {
		return read(client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: key}))
	})
}

func listObjects(ctx context.Context, client *s3.Client) {
	step("s3 ListObjectsV2", func() (string, error) {
		pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{
			Bucket: aws.String(objects), MaxKeys: aws.Int32(2),
		})
		keys := []string{}
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return "", err
			}
			for _, object := range page.Contents {
				keys = append(keys, *object.Key)
			}
		}
		return strings.Join(keys, ", "), nil
	})
}

func deleteObjects(ctx context.Context, client *s3.Client) {
	step("s3 DeleteObjects", func() (string, error) {
		names := []types.ObjectIdentifier{}
		for _, key := range []string{"a b+c/é.txt", "large.bin", "one.txt", "two.txt"} {
			names = append(names, types.ObjectIdentifier{Key: aws.String(key)})
		}
		gone, err := client.DeleteObjects(ctx, &s3.DeleteObjectsInput{
			Bucket: aws.String(objects), Delete: &types.Delete{Objects: names},
		})
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%d objects", len(gone.Deleted)), nil
	})
	step("s3 DeleteBucket", func() (string, error) {
		return done(client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: aws.String(objects)}))
	})
}
