"""Fraud: one transaction in fifty is false, so classes are weighted and counts are watched."""

import numpy as np

import cornu as keras


def make_transactions(count=1500):
    rng = np.random.default_rng(11)
    features = rng.normal(size=(count, 12))
    features[:, 0] = np.exp(features[:, 0])
    score = features @ rng.normal(size=12) + rng.normal(scale=0.5, size=count)
    targets = (score > np.quantile(score, 0.96)).astype("uint8")
    return features.astype("float32"), targets[:, np.newaxis]


def main():
    features, targets = make_transactions()
    validation = len(features) // 5
    train_features, val_features = features[:-validation], features[-validation:]
    train_targets, val_targets = targets[:-validation], targets[-validation:]

    counts = np.bincount(train_targets[:, 0])
    print(f"{counts[1]} of {len(train_targets)} transactions are fraudulent")
    class_weight = {0: 1.0 / counts[0], 1: 1.0 / counts[1]}

    mean, std = train_features.mean(axis=0), train_features.std(axis=0)
    train_features, val_features = (train_features - mean) / std, (val_features - mean) / std

    model = keras.Sequential(
        [
            keras.Input(shape=train_features.shape[1:]),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.summary()
    metrics = [
        keras.metrics.FalseNegatives(name="fn"),
        keras.metrics.FalsePositives(name="fp"),
        keras.metrics.TrueNegatives(name="tn"),
        keras.metrics.TruePositives(name="tp"),
        keras.metrics.Precision(name="precision"),
        keras.metrics.Recall(name="recall"),
    ]
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3), loss="binary_crossentropy", metrics=metrics
    )
    history = model.fit(
        train_features,
        train_targets,
        batch_size=128,
        epochs=4,
        verbose=2,
        validation_data=(val_features, val_targets),
        class_weight=class_weight,
    )
    return history.history, model.predict(val_features, verbose=0)


if __name__ == "__main__":
    main()
