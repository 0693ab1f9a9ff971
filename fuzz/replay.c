/* Runs the C client's exerciser on files, one input each: replay FILE… */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t count);

int main(int count, char **arguments) {
  static uint8_t input[1 << 20];
  for (int i = 1; i < count; i++) {
    FILE *file = fopen(arguments[i], "rb");
    size_t length;
    uint8_t *exact;
    if (file == NULL) {
      perror(arguments[i]);
      return 2;
    }
    length = fread(input, 1, sizeof input, file);
    fclose(file);
    /* A sanitizer's report names no input. */
    fprintf(stderr, "%s\n", arguments[i]);
    exact = malloc(length > 0 ? length : 1);
    for (size_t at = 0; exact != NULL && at < length; at++) exact[at] = input[at];
    LLVMFuzzerTestOneInput(exact, length);
    free(exact);
  }
  fprintf(stderr, "%d inputs\n", count - 1);
  return count > 1 ? 0 : 2;
}
