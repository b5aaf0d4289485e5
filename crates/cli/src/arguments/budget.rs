//! A bound on what a month may cost.

use clap::Args;
use model::Money;

/// A bound on what a month may cost.
#[derive(Debug, Clone, Args)]
pub(crate) struct BudgetArguments {
    /// Refuse (exit code 4) what could cost more than so many US dollars a month: with every instance that there may be,
    /// all the time, at list prices.
    #[arg(long, value_name = "AMOUNT", value_parser = amount, help_heading = "Guards")]
    pub(crate) budget: Option<Money>,
}

/// `500`, `$1,500` or `99.50`.
fn amount(text: &str) -> Result<Money, String> {
    let plain = text.trim().trim_start_matches('$');
    let (whole, cents) = plain.split_once('.').unwrap_or((plain, ""));
    // Elsewhere a comma stands before the cents: `1500,50` must not become a hundred times as much.
    let is_grouped = match whole.split_once(',') {
        Some((first, rest)) => first.len() <= 3 && rest.split(',').all(|group| group.len() == 3),
        None => true,
    } && !cents.contains(',');
    match plain.replace(',', "").parse::<f64>() {
        Ok(dollars) if is_grouped && dollars.is_finite() && dollars >= 0.0 => Ok(Money::of_dollars(dollars)),
        Ok(_) | Err(_) => Err("an amount of US dollars is written like 500 or 99.50".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_taken_as_people_write_them() {
        for text in ["1500", "$1,500", "1,500.00", "1500.00"] {
            assert_eq!(amount(text), Ok(Money::of_dollars(1500.0)), "{text}");
        }
        for text in ["", "-1", "many", "NaN", "inf", "1500,50", "1,5", "1500,000", "1,500,50", "1.500,50"] {
            assert!(amount(text).is_err(), "{text}");
        }
    }
}
