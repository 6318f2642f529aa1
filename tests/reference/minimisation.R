# Minimisation by Pocock and Simon (1975), for unequal allocation with the biased coin of Han, Enas and
# McEntegart (2009): imbalance of 100,000 simulated trials. Writes expected/minimisation.json.
#   Rscript tests/reference/minimisation.R >tests/reference/expected/minimisation.json   (R 4.2.2)
# All trials are randomised side by side, one patient at a time.
set.seed(1975)
trials <- 100000

# levels: for each factor the probabilities of its levels
simulate <- function(patients, levels, weight, ratio, probability, measure) {
  arms <- length(ratio)
  total <- sum(ratio)
  count <- lapply(levels, function(p) array(0, c(trials, length(p), arms)))
  overall <- matrix(0, trials, arms)
  rows <- seq_len(trials)
  for (i in seq_len(patients)) {
    level <- lapply(levels, function(p) sample.int(length(p), trials, TRUE, p))
    score <- matrix(0, trials, arms)
    for (f in seq_along(levels)) {
      now <- sapply(seq_len(arms), function(k) count[[f]][cbind(rows, level[[f]], k)])
      for (k in seq_len(arms)) {
        then <- now
        then[, k] <- then[, k] + 1
        scaled <- sweep(then, 2, ratio, "/")
        score[, k] <- score[, k] + weight[f] * switch(measure,
          range = do.call(pmax, as.data.frame(scaled)) - do.call(pmin, as.data.frame(scaled)),
          variance = rowSums((scaled - rowMeans(scaled))^2) / (arms - 1))
      }
    }
    # The preferred arm: the least score; ties at random, in proportion to the ratio.
    tied <- score < do.call(pmin, as.data.frame(score)) + 1e-9
    share <- sweep(tied, 2, ratio, "*")
    share <- share / rowSums(share)
    u <- runif(trials)
    preferred <- 1 + rowSums(t(apply(share, 1, cumsum))[, -arms, drop = FALSE] < u)
    # Probabilities of Han et al., given the preferred arm.
    high <- 1 - (total - ratio) / (total - min(ratio)) * (1 - probability)
    chance <- t(sapply(seq_len(arms), function(j) {
      low <- ratio / (total - ratio[j]) * (1 - high[j])
      low[j] <- high[j]
      low
    }))[preferred, ]
    u <- runif(trials)
    arm <- 1 + rowSums(t(apply(chance, 1, cumsum))[, -arms, drop = FALSE] < u)
    for (f in seq_along(levels)) {
      at <- cbind(rows, level[[f]], arm)
      count[[f]][at] <- count[[f]][at] + 1
    }
    overall[cbind(rows, arm)] <- overall[cbind(rows, arm)] + 1
  }
  imbalance <- function(n) {
    away <- abs(n - outer(rowSums(n), ratio / total))
    largest <- do.call(pmax, as.data.frame(away))
    sprintf('{"mean": %.6f, "sd": %.6f, "q95": %.6f}', mean(largest), sd(largest),
            sort(largest)[ceiling(0.95 * trials)])
  }
  within <- unlist(lapply(count, function(n)
    sapply(seq_len(dim(n)[2]), function(l) imbalance(n[, l, ]))))
  c(imbalance(overall), within)
}

show <- function(name, rows) cat(sprintf('  "%s": [\n    %s\n  ]', name, paste(rows, collapse = ",\n    ")))
cat(sprintf('{\n  "trials": %d,\n', trials))
show("two arms, range", simulate(120, list(c(0.5, 0.5), c(0.3, 0.45, 0.25), c(0.45, 0.55),
     c(0.4, 0.3, 0.2, 0.1)), c(2, 1, 1, 1), c(1, 1), 0.8, "range"))
cat(",\n")
show("three arms 1:1:2, variance", simulate(90, list(c(0.7, 0.3), c(0.5, 0.3, 0.2)), c(1, 1),
     c(1, 1, 2), 0.75, "variance"))
cat("\n}\n")
