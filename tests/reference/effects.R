# Power of the log-rank test in three trials whose effects are no constant hazard ratio: the shipped
# scenarios cure-fraction, predictive-marker and treatment-switching (at 60 %), simulated again.
#   Rscript tests/reference/effects.R >tests/reference/expected/effects.json   (R 4.2.2, survival 3.5-3)
suppressMessages(library(survival))
set.seed(2026)
trials <- 40000

blocks <- function(n) as.vector(replicate(n / 4, sample(c(0, 0, 1, 1))))
arrivals <- function(n, rate) cumsum(rexp(n, rate))

# One-sided log-rank test at 0.025, positive when arm 1 does better.
rejects <- function(time, event, arm) {
  fit <- survdiff(Surv(time, event) ~ arm)
  sign(fit$exp[2] - fit$obs[2]) * sqrt(fit$chisq) >= qnorm(0.975)
}
cut_at <- function(entry, t, arm, calendar) {
  seen <- entry < calendar
  follow <- calendar - entry
  rejects(pmin(t, follow)[seen], (t <= follow)[seen], arm[seen])
}

cure <- function() {
  n <- 300
  entry <- arrivals(n, 20); arm <- blocks(n)
  g3 <- rbinom(n, 1, 0.4)
  odds <- 0.3 / 0.7 * 0.5^g3 * 1.8^arm
  t <- rexp(n, log(2) / 10 * 1.5^g3 * 0.8^arm)
  t[runif(n) < odds / (1 + odds)] <- Inf
  cut_at(entry, t, arm, 48)
}
marker <- function() {
  n <- 300
  entry <- arrivals(n, 15); arm <- blocks(n)
  positive <- rbinom(n, 1, 0.4)
  t <- rexp(n, log(2) / 12 * 1.2^positive * ifelse(arm == 1, ifelse(positive == 1, 0.5, 0.9), 1))
  cut_at(entry, t, arm, sort(entry + t)[200])
}
switching <- function() {
  n <- 400
  entry <- arrivals(n, 20); arm <- blocks(n)
  recurs <- rexp(n, 0.05 * 0.7^arm)
  dies <- rexp(n, 0.002)
  relapsed <- recurs < dies
  ill <- rexp(n, 0.06 * 0.8^arm)            # from recurrence to death, at one speed
  switched <- relapsed & arm == 0 & runif(n) < 0.6 & ill > 1
  ill[switched] <- 1 + (ill[switched] - 1) / 0.5
  t <- ifelse(relapsed, recurs + ill, dies)
  c(cut_at(entry, t, arm, 60), mean(switched[arm == 0]))
}

power <- function(trial) mean(replicate(trials, trial()))
crossed <- replicate(trials, switching())
cat(sprintf(paste0('{\n  "trials": %d,\n  "cure-fraction": %.5f,\n  "predictive-marker": %.5f,\n',
                   '  "treatment-switching": %.5f,\n  "switched": %.6f\n}\n'),
            trials, power(cure), power(marker), mean(crossed[1, ]), mean(crossed[2, ])))
