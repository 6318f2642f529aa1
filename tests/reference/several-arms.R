# Trials of three arms by R's survival, the second route for several_arms_reference_test.cpp.
# Rscript several-arms.R > several-arms.json
# R 4.2.2, survival 3.5-3. Nothing here knows of trialmill.
suppressMessages(library(survival))
RNGkind("L'Ecuyer-CMRG")
set.seed(19550301)
trials <- 20000
# One column per trial; the streams of the processes belong to the result.
simulate <- function(trial)
  do.call(cbind, parallel::mclapply(seq_len(trials), function(k) trial(), mc.cores = 8))

# Patients of one trial, in order of arrival: Poisson arrivals, permuted blocks of the allocation.
draw <- function(n, rate, hazard, ratio, loss, allocation) {
  block <- rep(seq_along(allocation) - 1, allocation)
  arm <- as.vector(replicate(ceiling(n / length(block)), sample(block)))[1:n]
  data.frame(arrival = cumsum(rexp(n, rate)), arm = arm,
             event = rexp(n, hazard * ratio[arm + 1]), lost = rexp(n, loss))
}

# What a cut at a calendar time sees. An event counts when arrival + event <= cut: cut - arrival can
# be less than the last event by rounding.
seen <- function(trial, cut) {
  trial <- trial[trial$arrival <= cut, ]
  status <- trial$event <= trial$lost & trial$arrival + trial$event <= cut
  time <- ifelse(status, trial$event, pmin(trial$lost, cut - trial$arrival))
  data.frame(arm = trial$arm, time = time, status = as.integer(status))
}

# survdiff without its model frame, which takes most of its time; it numbers groups as they come.
compare <- function(data) {
  data <- data[order(data$arm), ]
  fit <- survival:::survdiff.fit(Surv(data$time, data$status), data$arm + 1L,
                                 rep(1L, nrow(data)), 0)
  list(obs = fit$observed, exp = fit$expected, var = fit$var)
}
chi_square <- function(data) {
  fit <- compare(data)
  excess <- (fit$obs - fit$exp)[-1]
  sum(excess * solve(fit$var[-1, -1], excess))
}

# The calendar time of the d-th event in some arms.
cut_at <- function(trial, d, arms) {
  among <- trial$arm %in% arms & trial$event <= trial$lost
  sort((trial$arrival + trial$event)[among])[d]
}

# Z of the log-rank test of one arm against another, positive when it does better; and the events.
pair <- function(data, reference, compared) {
  data <- data[data$arm %in% c(reference, compared), ]
  data$arm <- as.integer(data$arm == compared)
  test <- compare(data)
  c(z = (test$exp[2] - test$obs[2]) / sqrt(test$var[2, 2]), events = sum(data$status))
}

share <- function(x) list(estimate = mean(x), mc_se = sd(x) / sqrt(length(x)))
figures <- function(zs, events, critical = qnorm(0.975))
  list(power = share(zs > critical), events = share(events), z = share(zs))

local({
  trial <- draw(360, 18, 0.06, c(1, 0.7, 0.6), 0.002, c(1, 1, 1))
  data <- seen(trial, cut_at(trial, 250, 0:2))
  stopifnot(all.equal(survdiff(Surv(time, status) ~ arm, data)$chisq, chi_square(data)))
  of_two <- data[data$arm != 1, ]
  whole <- survdiff(Surv(time, status) ~ arm, of_two)
  stopifnot(all.equal(c(z = -1, events = 1) * c(sqrt(whole$chisq), sum(of_two$status)) *
                        c(sign(whole$obs[2] - whole$exp[2]), 1), pair(data, 0, 2)))
})

# 1:1:1, one cut at 250 events of all arms.
overall <- simulate(function() {
  trial <- draw(360, 18, 0.06, c(1, 0.7, 0.6), 0.002, c(1, 1, 1))
  data <- seen(trial, cut_at(trial, 250, 0:2))
  c(pair(data, 0, 1), pair(data, 0, 2), pair(data, 1, 2), chi_square(data))
})
# 2:1:1 under the null hypothesis and an alternative; each pair is cut at its own 150 events.
own <- function(ratio) simulate(function() {
  trial <- draw(400, 20, 0.05, ratio, 0.002, c(2, 1, 1))
  result <- c()
  for (arm in 1:2) {
    cut <- cut_at(trial, 150, c(0, arm))
    result <- c(result, pair(seen(trial, cut), 0, arm), cut)
  }
  result
})
null <- own(c(1, 1, 1))
alternative <- own(c(1, 0.7, 0.55))

cell <- function(x) list(mean = mean(x), mc_se = sd(x) / sqrt(length(x)))
of_own <- function(x) list(
  low = c(figures(x[1, ], x[2, ]), list(time = cell(x[3, ]))),
  high = c(figures(x[4, ], x[5, ]), list(time = cell(x[6, ]))),
  both = share(x[1, ] > qnorm(0.975) & x[4, ] > qnorm(0.975)),
  correlation = cor(x[1, ], x[4, ]))
json <- function(x) {
  if (is.list(x))
    return(paste0("{", paste0("\"", names(x), "\": ", vapply(x, json, ""), collapse = ", "), "}"))
  if (is.character(x)) return(paste0("\"", x, "\""))
  format(x, digits = 10)
}
cat(json(list(
  source = paste0("R ", getRversion(), ", survival ", packageVersion("survival"),
                  ", several-arms.R"),
  trials = trials,
  overall = list(
    low = figures(overall[1, ], overall[2, ]), high = figures(overall[3, ], overall[4, ]),
    active = figures(overall[5, ], overall[6, ]),
    any = share(overall[7, ] > qchisq(0.95, 2)),
    both = share(overall[1, ] > qnorm(0.975) & overall[3, ] > qnorm(0.975)),
    correlation = cor(overall[1, ], overall[3, ])),
  own_events_null = of_own(null), own_events = of_own(alternative))), "\n", sep = "")
