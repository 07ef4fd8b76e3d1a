#include "stages/prepare.h"

#include <gtest/gtest.h>

#include "base/checkpoint.h"
#include "base/disk.h"
#include "base/growing_file.h"
#include "base/pending_file.h"
#include "stages/output_folder.h"
#include "test_support.h"

namespace scorefield {
namespace {

const Comm& comm() { return test::world(); }

/// A run of 1024 configurations in a folder of its own, with a deck that tests change.
class SurveyTest : public testing::Test {
 protected:
  Deck deck_with(const std::vector<std::string>& overrides) const {
    std::vector<std::string> all = {"--run.output=" + (folder_ / "").string(), "--generate.samples=1024", "--sample.samples=1024",
                                    "--measure.bins=16"};
    all.insert(all.end(), overrides.begin(), overrides.end());
    return parse_deck("small.ini", "", all);
  }

  /// The ensemble as a run with this deck leaves it; `rows` in /field if that is to be another number.
  void make_ensemble(const Deck& deck, std::int64_t rows = 0) {
    const Output output = ensemble_output(deck.params);
    PendingFile pending(path_, comm());
    const auto count = static_cast<std::uint64_t>(rows > 0 ? rows : output.wanted);
    pending.file().create_dataset("/field", {count, 1, 1, 1});
    write_provenance(pending.file(), context(deck), output);
    pending.commit();
  }

  /// What a run with this deck leaves that was stopped after 512.
  void make_unfinished(const Deck& deck) {
    const Output output = ensemble_output(deck.params);
    GrowingFile::create(path_, comm(), [](H5File& file) { file.create_dataset("/field", {1024, 1, 1, 1}); });
    write_checkpoint(comm(), checkpoint_, {output.fingerprint(), resolved_text(deck.params), output.wanted, 512, {}, {}});
  }

  Surveyed look(const Deck& deck) { return survey(context(deck), ensemble_output(deck.params)); }
  void expect_stale(const Deck& deck, const std::vector<std::string>& parts) {
    const Surveyed found = look(deck);
    EXPECT_EQ(found.state, State::stale) << found.describe();
    for (const std::string& part : parts) EXPECT_NE(found.complaint.find(part), std::string::npos) << part << " in: " << found.complaint;
    EXPECT_EQ(found.describe(), "stale: " + found.complaint);
  }
  Context context(const Deck& deck, bool overwrite = false) { return {comm(), deck, log_, stop_, overwrite}; }

  const test::SharedFolder folder_;
  const std::filesystem::path path_ = folder_ / "ensemble.h5", checkpoint_ = folder_ / "checkpoint/ensemble.h5";
  Log log_{false};
  StopRequest stop_;
  const Deck deck_ = deck_with({});
};

TEST_F(SurveyTest, Missing) {
  EXPECT_EQ(look(deck_).state, State::missing);
  EXPECT_TRUE(look(deck_).needs_work());
  EXPECT_EQ(look(deck_).describe(), "missing");
}

// Complete for its deck, and for one that differs in what does not matter.
TEST_F(SurveyTest, Complete) {
  make_ensemble(deck_);
  for (const Deck& deck :
       {deck_, deck_with({"--run.threads=3", "--measure.histogram-bins=20", "--sample.score=learnt", "--train.steps=500"})}) {
    EXPECT_EQ(look(deck).state, State::complete);
    EXPECT_EQ(look(deck).done, 1024);
    EXPECT_FALSE(look(deck).needs_work());
  }
}

// With fewer configurations than are asked for, it is taken over; with more it is not.
TEST_F(SurveyTest, ShorterAndLonger) {
  make_ensemble(deck_);
  const Surveyed found = look(deck_with({"--generate.samples=4096"}));
  EXPECT_EQ(found.state, State::shorter);
  EXPECT_EQ(found.done, 1024);
  EXPECT_EQ(found.describe(), "complete with 1024 configurations; 4096 are asked for");
  make_ensemble(deck_with({"--generate.samples=4096"}));
  expect_stale(deck_, {"ensemble.h5 has 4096 configurations", "more than generate.samples = 1024"});
}

// Made by another deck: the keys that changed are named with what they were; the others are not.
TEST_F(SurveyTest, NamesTheKeysThatChanged) {
  make_ensemble(deck_with({"--model.mu0=2", "--model.sigma0=0.5", "--run.threads=3"}));
  expect_stale(deck_, {path_.string() + " was made by another deck (model.mu0 was 2, model.sigma0 was 0.5)"});
}

// Made by a program with other keys, or by one that left no word of its deck.
TEST_F(SurveyTest, AnotherVersion) {
  PendingFile pending(path_, comm());
  pending.file().create_group("/provenance");
  pending.file().set_attribute("/provenance", "deck", std::string("[model]\ngone = 1\n"));
  pending.commit();
  expect_stale(deck_, {"was made by another deck (of another version of the program)"});
}

// Fingerprint without a deck, and neither of them.
TEST_F(SurveyTest, OfOtherPrograms) {
  const auto make = [&](bool with_fingerprint) {
    PendingFile pending(path_, comm());
    pending.file().create_group("/provenance");
    if (with_fingerprint) pending.file().set_attribute("/provenance", "fingerprint", std::string("0"));
    pending.commit();
  };
  make(true);
  expect_stale(deck_, {"was made by another deck (of another version of the program)"});
  make(false);
  expect_stale(deck_, {"was not written by scorefield: there is no deck in it"});
}

// Damaged: the checksum, or a field of another shape than the file says, or no HDF5 at all.
TEST_F(SurveyTest, Damaged) {
  make_ensemble(deck_);
  test::damage(path_);
  expect_stale(deck_, {"ensemble.h5 is damaged: its checksum"});
  make_ensemble(deck_, 1000);
  expect_stale(deck_, {"ensemble.h5 is damaged", "(1024, 1, 1, 1)"});
  comm().barrier();
  if (comm().is_root()) test::write_bytes(path_, "text");
  comm().barrier();
  expect_stale(deck_, {"not a readable HDF5 file"});
}

// A checkpoint and a growing file: how far they are.
TEST_F(SurveyTest, Unfinished) {
  make_unfinished(deck_);
  const Surveyed found = look(deck_);
  EXPECT_EQ(found.state, State::unfinished);
  EXPECT_EQ(found.done, 512);
  EXPECT_EQ(found.describe(), "50 %, 512 of 1024 configurations");
}

// An extension that was stopped goes on; once the file is finished its checkpoint says nothing more.
TEST_F(SurveyTest, UnfinishedExtension) {
  make_ensemble(deck_);
  const Deck longer = deck_with({"--generate.samples=2048"});
  make_unfinished(longer);
  make_ensemble(deck_);  // its .partial is the growing file's
  GrowingFile::create(path_, comm(), [](H5File& file) { file.create_dataset("/field", {2048, 1, 1, 1}); });
  EXPECT_EQ(look(longer).state, State::unfinished);
  EXPECT_EQ(look(deck_).state, State::complete);
  make_ensemble(longer);
  EXPECT_EQ(look(longer).state, State::complete);
}

// Unfinished work that cannot go on: of another deck, of another length, without its file, with damaged checkpoints.
TEST_F(SurveyTest, UnfinishedAndStale) {
  make_unfinished(deck_with({"--model.weight=0.25"}));
  expect_stale(deck_, {"the unfinished " + path_.string() + " belongs to another deck (model.weight was 0.25)"});
  make_unfinished(deck_);
  expect_stale(deck_with({"--generate.samples=2048"}), {"was begun with generate.samples = 1024", "finish it so"});
  ASSERT_TRUE(test::there(path_.string() + ".partial"));
  if (comm().is_root()) std::filesystem::remove(path_.string() + ".partial");
  expect_stale(deck_, {"ensemble.h5 is there without ensemble.h5.partial"});
  test::damage(checkpoint_);
  test::damage(previous_checkpoint(checkpoint_));
  expect_stale(deck_, {"checkpoint/ensemble.h5 is damaged"});
}

// Before any work all stale outputs of the stages at hand are named, with the cure; --overwrite sets them aside, each under a new name.
TEST_F(SurveyTest, PrepareNamesOrSetsAside) {
  const Deck other = deck_with({"--model.mu0=2"});
  const auto aside = {path_.string() + ".old", path_.string() + ".old.2"};
  for (const std::string& name : aside) {
    make_ensemble(deck_);
    const auto error = test::caught([&] { prepare_outputs(context(other), {"generate"}); });
    EXPECT_EQ(error.code, ExitCode::bad_input);
    for (const char* part : {"model.mu0 was 1", "--overwrite", "--run.output"}) {
      EXPECT_NE(error.message.find(part), std::string::npos) << error.message;
    }
    EXPECT_TRUE(test::there(path_));
    prepare_outputs(context(other, true), {"generate"});
    EXPECT_FALSE(test::there(path_));
    EXPECT_TRUE(test::there(name));
  }
}

// A good file stays where only an extension of it cannot be gone on with; all that one changed key has made stale is named at once.
TEST_F(SurveyTest, SetsAsideNoMoreThanItMust) {
  const Deck longer = deck_with({"--generate.samples=2048"}), longest = deck_with({"--generate.samples=4096"});
  make_ensemble(deck_);
  GrowingFile::create(path_, comm(), [](H5File& file) { file.create_dataset("/field", {2048, 1, 1, 1}); });
  write_checkpoint(comm(), checkpoint_, {ensemble_output(longer.params).fingerprint(), resolved_text(longer.params), 2048, 1536, {}, {}});
  EXPECT_EQ(look(longest).state, State::stale);
  EXPECT_EQ(look(longest).finished, 1024);
  prepare_outputs(context(longest, true), {"generate"});
  EXPECT_TRUE(test::there(path_));
  EXPECT_FALSE(test::there(checkpoint_));
  EXPECT_FALSE(test::there(partial_path(path_)));
  EXPECT_EQ(look(longest).state, State::shorter);
}

// What a kill left before the first checkpoint takes no room from the next run.
TEST_F(SurveyTest, RemovesWhatHasNoCheckpoint) {
  make_unfinished(deck_);
  prepare_outputs(context(deck_), {"generate"});
  EXPECT_TRUE(test::there(partial_path(path_)));
  remove_checkpoint(comm(), checkpoint_);
  prepare_outputs(context(deck_), {"generate"});
  EXPECT_FALSE(test::there(partial_path(path_)));
}

// A stop file that an earlier run left is removed; one that comes while the outputs are looked at is for this run.
TEST_F(SurveyTest, RemovesOnlyAnOldStopFile) {
  const auto stop = folder_ / "stop";
  const auto stays = [&](std::chrono::hours age) {
    const Context at_work = context(deck_);
    OutputFolder folder(at_work);
    if (comm().is_root()) {
      test::write_bytes(stop, "");
      std::filesystem::last_write_time(stop, std::filesystem::file_time_type::clock::now() - age);
    }
    folder.open();
    return test::there(stop);
  };
  EXPECT_FALSE(stays(std::chrono::hours(1)));
  EXPECT_TRUE(stays(std::chrono::hours(0)));
}

// A file is verified once, and again when it has changed.
TEST_F(SurveyTest, VerifiesAChangedFileAgain) {
  make_ensemble(deck_);
  const Context same = context(deck_);
  EXPECT_EQ(survey(same, ensemble_output(deck_.params)).state, State::complete);
  test::damage(path_);
  EXPECT_EQ(survey(same, ensemble_output(deck_.params)).state, State::stale);
}

// What a later stage reads must be complete: else the stage to run is named.
TEST_F(SurveyTest, InputsMustBeComplete) {
  const Deck longer = deck_with({"--generate.samples=2048"});
  const auto complaint = [&](const Deck& deck) {
    const auto error = test::caught([&] { open_input(context(deck), survey(context(deck), ensemble_output(deck.params))); });
    EXPECT_EQ(error.code, error.thrown ? ExitCode::bad_input : ExitCode::complete);
    const auto before = test::caught([&] { prepare_outputs(context(deck), {"sample"}); });
    EXPECT_EQ(before.message, error.message);
    return error.message;
  };
  EXPECT_NE(complaint(deck_).find("no " + path_.string() + ": run `scorefield generate small.ini"), std::string::npos);
  make_ensemble(deck_);
  EXPECT_EQ(complaint(deck_), "");
  EXPECT_NE(complaint(longer).find("has 1024 configurations of 2048: run `scorefield generate small.ini"), std::string::npos);
}

}  // namespace
}  // namespace scorefield
