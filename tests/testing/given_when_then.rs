use aether::testing::{assert_replays_equal, assert_snapshots_resume, given, policy, projection};

use crate::account::{
    Account, Deposit, Deposited, Refusal, Total, Warn, WarnOfLargeWithdrawals, Withdraw, Withdrawn,
};

fn withdraw(cents: u64) -> Withdraw {
    let account = "ada".to_owned();
    Withdraw { account, cents }
}

fn deposit(cents: u64) -> Deposit {
    let account = "ada".to_owned();
    Deposit { account, cents }
}

#[test]
fn withdrawal_beyond_the_balance_is_refused() {
    given::<Account>(Deposited { cents: 30 })
        .when(withdraw(50))
        .then_refused(Refusal::Overdrawn { missing: 20 });
    let answer = given::<Account>([Deposited { cents: 30 }.into()]).when(withdraw(50));
    assert_eq!(answer.result(), Err(&Refusal::Overdrawn { missing: 20 }));
}

#[test]
fn a_story_of_several_commands_reads_as_one() {
    let account = given::<Account>([])
        .when(deposit(30))
        .then(Deposited { cents: 30 })
        .when(deposit(0))
        .then_nothing()
        .when(withdraw(10))
        .then([Withdrawn { cents: 10 }.into()])
        .then_state_is(Account { cents: 20 });
    assert_replays_equal::<Account>(account.stored());
    assert_snapshots_resume::<Account>(account.stored());
}

#[test]
fn only_a_large_withdrawal_is_warned_of() {
    let account = "ada".to_owned();
    policy::<WarnOfLargeWithdrawals>()
        .of_actor("Account.ada")
        .when(Withdrawn { cents: 1_000 })
        .then_issues([Warn { account }])
        .when(Withdrawn { cents: 999 })
        .then_nothing();
}

#[test]
fn deposits_of_all_accounts_are_added_up() {
    projection::<Total>()
        .given("Account.ada", Deposited { cents: 30 })
        .given("Account.bob", Deposited { cents: 12 })
        .given("Account.bob", Withdrawn { cents: 12 })
        .then_state_is(Total { cents: 42 });
}
