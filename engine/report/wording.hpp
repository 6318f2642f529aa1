#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trialmill/result/result.hpp"

/// The words and numbers that figure and table share.
namespace trialmill::report {

/// A swept key in words, first letter capital: "Patients randomised" for sample_size, "Hazard
/// ratio, experimental over control" for keys that end in hazard_ratio, otherwise the key's last
/// segment. `all_keys` are those beside it: a segment that several share is given its parent.
std::string key_words(const std::string& key, const std::vector<std::string>& all_keys);

/// As `key_words` but short, for use in front of a number within a sentence: "hazard ratio".
std::string short_key_words(const std::string& key, const std::vector<std::string>& all_keys);

/// With blanks for underscores.
std::string spaced(std::string text);

std::string joined(const std::vector<std::string>& parts, const std::string& separator);

/// With a capital first letter, if that is an ASCII one.
std::string capitalised(std::string text);

/// Shortest decimal form to six digits; whole numbers from 1000 with thousands separators.
std::string number_words(double value);
std::string count_words(std::uint64_t count);

/// "primary (log-rank)", "delayed (FH(0,1) log-rank)", with the endpoint if `with_endpoint`. The
/// test is not repeated when the name says it.
std::string analysis_words(const result::AnalysisResult& analysis, bool with_endpoint);

/// "10,000 replicates per point", "2,000 to 10,000 replicates per point", "10,000 replicates";
/// points without any are not counted.
std::string replicates_words(const result::Result& result);

/// "one-sided level 0.025"; where levels differ, that of most analyses, "but two-sided level 0.05
/// for all arms", or each analysis's.
std::string level_words(const result::Result& result);

/// "Hypotheses of the graphical procedure, familywise level 0.025: efs (0.8), os (0.2)", with the
/// shares of alpha they start with where these are the same at every point; empty without one.
std::string multiplicity_words(const result::Result& result);

/// "Incomplete: only 0 to 3,000 of 10,000 replicates per point were computed."; when none is
/// missing, it is the draws of uncertain numbers that are
std::string incomplete_words(const result::Result& result);

/// The swept keys of all points in order of first appearance.
std::vector<std::string> swept_keys(const result::Result& result);

/// Value of a swept key at a point; NaN when the point does not have it.
double setting(const result::PointResult& point, const std::string& key);

/// Do analyses of this result look at more than one endpoint?
bool has_several_endpoints(const result::Result& result);

}  // namespace trialmill::report
