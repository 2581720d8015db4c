/* FANN's incremental training, one row at a time, for compare.py: with_fann.py starts it.
 *
 * usage: fann sizes learning_rate rows file      sizes: 2-2-2
 *
 * The file has the inputs of all rows, then their targets, in float32. Every layer is a sigmoid,
 * FANN's default. Reads how many epochs to train, a number a line, and answers each with the mean
 * squared error of the last one. */
#include <fann.h>
#include <stdio.h>
#include <stdlib.h>

static struct fann_train_data *read_data(const char *path, unsigned rows, unsigned inputs,
                                         unsigned outputs) {
    struct fann_train_data *data = fann_create_train(rows, inputs, outputs);
    FILE *file = fopen(path, "rb");
    if (!data || !file) return NULL;
    size_t missing = 0;
    for (unsigned i = 0; i < rows; i++) {
        missing += inputs - fread(data->input[i], sizeof(float), inputs, file);
    }
    for (unsigned i = 0; i < rows; i++) {
        missing += outputs - fread(data->output[i], sizeof(float), outputs, file);
    }
    fclose(file);
    return missing ? NULL : data;
}

int main(int argc, char **argv) {
    enum { MOST_LAYERS = 16 };
    unsigned sizes[MOST_LAYERS], layer_count = 0;
    if (argc != 5) return 1;
    for (char *at = argv[1]; layer_count < MOST_LAYERS; at++) {
        sizes[layer_count++] = (unsigned)strtoul(at, &at, 10);
        if (*at != '-') break;
    }
    unsigned rows = (unsigned)strtoul(argv[3], NULL, 10);
    struct fann *network = fann_create_standard_array(layer_count, sizes);
    struct fann_train_data *data = read_data(argv[4], rows, sizes[0], sizes[layer_count - 1]);
    if (!network || !data) return 1;
    fann_set_training_algorithm(network, FANN_TRAIN_INCREMENTAL);
    fann_set_learning_rate(network, (float)atof(argv[2]));
    fann_set_activation_function_hidden(network, FANN_SIGMOID);
    fann_set_activation_function_output(network, FANN_SIGMOID);
    unsigned long epochs;
    while (scanf("%lu", &epochs) == 1) {
        float error = 0;
        while (epochs--) error = fann_train_epoch(network, data);
        printf("%.6g\n", (double)error);
        fflush(stdout);
    }
    fann_destroy_train(data);
    fann_destroy(network);
    return 0;
}
