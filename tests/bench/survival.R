# CPU time of the same work in R's survival: W1's trial with survdiff and coxph, and the bare fit of
# W4's seven covariates.
suppressPackageStartupMessages(library(survival))
set.seed(1)

microseconds <- function(work, times) {
  median(replicate(5, {
    start <- proc.time()[[1]]
    for (i in seq_len(times)) work()
    (proc.time()[[1]] - start) / times * 1e6
  }))
}

trial <- function() {
  n <- 300
  arm <- rep(0:1, n / 2)
  event <- rexp(n, log(2) / 14 * ifelse(arm == 1, 0.65, 1))
  dropout <- rexp(n, -log(0.98) / 12)
  entry <- cumsum(rexp(n, 12.5))
  calendar <- sort((entry + event)[event <= dropout])
  cut <- if (length(calendar) >= 220) calendar[220] else Inf
  followed <- pmin(event, dropout, cut - entry)
  seen <- followed > 0
  outcome <- Surv(followed[seen], (event <= pmin(dropout, cut - entry))[seen])
  arm <- arm[seen]
  survdiff(outcome ~ arm)
  coxph(outcome ~ arm)
}

n <- 1000
x <- cbind(rep(0:1, n / 2), rbinom(n, 1, 0.3), rbinom(n, 1, 0.5), rbinom(n, 1, 0.6),
           rnorm(n, 60, 10), exp(rnorm(n, log(3), 0.5)), rnorm(n))
ratio <- exp(x %*% log(c(0.75, 1.8, 1.3, 0.9, 1.01, 1.05, 1.2)))
time <- rexp(n, log(2) / 20 * ratio / exp(mean(log(ratio))))
limit <- quantile(time, 0.7)
y <- Surv(pmin(time, limit), as.integer(time <= limit))
control <- coxph.control()
fit <- function() coxph.fit(x, y, NULL, NULL, NULL, control, NULL, "efron", NULL)

cat(sprintf("%-18s %10.0f  survdiff and coxph in a loop, W1's trial\n", "R survival", microseconds(trial, 100)))
cat(sprintf("%-18s %10.0f  coxph.fit alone, seven covariates, 700 events of 1000\n", "R survival", microseconds(fit, 200)))
